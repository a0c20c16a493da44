/// An Amazon Resource Name, split at its first five colons. The resource part is kept as written, because services
/// disagree on its separators (`cluster/NAME`, `deploymentgroup:APP/GROUP`).
package struct ARN: Hashable, Sendable {
    package let partition: String
    package let service: String
    package let region: String
    package let account: String
    package let resource: String

    package init(partition: String, service: String, region: String, account: String, resource: String) {
        self.partition = partition
        self.service = service
        self.region = region
        self.account = account
        self.resource = resource
    }

    /// `nil` where the text is not six colon-separated parts that begin with `arn`.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", !parts[1].isEmpty, !parts[2].isEmpty, !parts[5].isEmpty else {
            return nil
        }
        self.init(
            partition: String(parts[1]), service: String(parts[2]), region: String(parts[3]), account: String(parts[4]),
            resource: String(parts[5]))
    }

    /// The segments of the resource part between slashes: `task-set/C/S/ecs-svc/1` gives five.
    package var resourceSegments: [String] {
        self.resource.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    }

    package var scope: Scope { Scope(account: self.account, region: self.region) }
}

extension ARN: CustomStringConvertible {
    package var description: String {
        "arn:\(self.partition):\(self.service):\(self.region):\(self.account):\(self.resource)"
    }
}
