internal import Model
internal import WireProtocol

/// What IAM looks at in the ARN of a statement's `Resource`.
enum PolicyResource {
    private static let partitions: Set = [
        "aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc",
    ]
    private static let iamPaths = [
        "user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/",
        "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/",
    ]

    private static func parts(_ resource: String) -> [String] {
        resource.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
    }

    /// An ARN of AWS that names no service, or an account and nothing in it.
    static func breaksOff(_ resource: String) -> Bool {
        let parts = self.parts(resource)
        guard parts.count > 2, self.partitions.contains(parts[1]) else { return false }
        return parts[2].isEmpty || (parts.count == 5 && parts[3].isEmpty && !parts[4].isEmpty)
    }

    /// - Throws: `MalformedPolicyDocument`
    static func check(_ resource: String) throws {
        guard resource != "*" else { return }
        var parts = self.parts(resource)
        guard parts.count > 1 else {
            throw PolicyDocument.malformed("Resource \(resource) must be in ARN format or \"*\".")
        }
        guard self.partitions.contains(parts[1]) || parts[1].contains("*") || parts[1].contains("${") else {
            // IAM shows what it has understood: six parts, the missing ones as wildcards.
            let understood = ["arn"] + parts.dropFirst() + Array(repeating: "*", count: max(0, 6 - parts.count))
            throw PolicyDocument.malformed(
                "Partition \"\(parts[1])\" is not valid for resource \"\(understood.joined(separator: ":"))\".")
        }
        guard parts.count > 2 else {
            throw PolicyDocument.malformed("Resource vendor must be fully qualified and cannot contain regexes.")
        }
        parts += Array(repeating: "*", count: max(0, 6 - parts.count))
        try self.check(resource, service: parts[2], region: parts[3], path: parts[5])
    }

    private static func check(_ resource: String, service: String, region: String, path: String) throws {
        let namesRegion = !region.isEmpty && region != "*"
        switch service {
        case "iam":
            guard !namesRegion else {
                throw PolicyDocument.malformed("IAM resource \(resource) cannot contain region information.")
            }
            guard
                path.hasPrefix("*") || path.hasPrefix("$") || path == "root"
                    || self.iamPaths.contains(where: path.hasPrefix)
            else {
                throw PolicyDocument.malformed(
                    "IAM resource path must either be \"*\" or start with \(self.iamPaths.joined(separator: ", ")).")
            }
        case "s3":
            guard !namesRegion || path.hasPrefix("accesspoint/") || path.hasPrefix("*") else {
                throw PolicyDocument.malformed("Resource \(resource) can not contain region information.")
            }
        default: break
        }
    }
}
