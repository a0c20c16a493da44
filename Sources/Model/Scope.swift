/// The account and region that a resource lives in. Every request acts in exactly one scope: the region comes from the
/// credential scope of its signature, never from the host name.
package struct Scope: Hashable, Sendable, Codable {
    /// Twelve digits.
    package let account: String
    package let region: String

    package init(account: String, region: String) {
        self.account = account
        self.region = region
    }

    /// `aws`, or the partition that the region's name prefix belongs to.
    package var partition: String {
        if self.region.hasPrefix("cn-") { return "aws-cn" }
        if self.region.hasPrefix("us-gov-") { return "aws-us-gov" }
        return "aws"
    }

    package var dnsSuffix: String {
        self.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"
    }

    /// `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE` in this scope.
    package func arn(_ service: String, _ resource: String) -> ARN {
        ARN(partition: self.partition, service: service, region: self.region, account: self.account, resource: resource)
    }

    /// An ARN of a service whose resources have no region (IAM).
    package func globalARN(_ service: String, _ resource: String) -> ARN {
        ARN(partition: self.partition, service: service, region: "", account: self.account, resource: resource)
    }
}
