internal import Model

/// Makes and takes apart the names of ELBv2 resources (elbv2.md, section 2).
enum ResourceARNs {
    static let service = "elasticloadbalancing"

    static func loadBalancer(name: String, in scope: Scope) -> String {
        scope.arn(self.service, "loadbalancer/app/\(name)/\(Identifiers.hex(16))").description
    }

    static func targetGroup(name: String, in scope: Scope) -> String {
        scope.arn(self.service, "targetgroup/\(name)/\(Identifiers.hex(16))").description
    }

    /// `nil` where `loadBalancer` is not the ARN of one.
    static func listener(ofLoadBalancer loadBalancer: String) -> String? {
        self.child("listener", of: loadBalancer, replacing: "loadbalancer")
    }

    /// `nil` where `listener` is not the ARN of one.
    static func rule(ofListener listener: String) -> String? {
        self.child("listener-rule", of: listener, replacing: "listener")
    }

    private static func child(_ kind: String, of parent: String, replacing parentKind: String) -> String? {
        guard let arn = ARN(parent), arn.resource.hasPrefix(parentKind + "/") else { return nil }
        let resource = kind + arn.resource.dropFirst(parentKind.count) + "/" + Identifiers.hex(16)
        return ARN(
            partition: arn.partition, service: arn.service, region: arn.region, account: arn.account, resource: resource
        ).description
    }

    /// A name under `localhost`, which resolvers answer with the loopback address.
    static func dnsName(loadBalancer name: String, isInternal: Bool, region: String) -> String {
        let number = UInt32.random(in: 100_000_000...2_000_000_000)
        return "\(isInternal ? "internal-" : "")\(name)-\(number).\(region).elb.localhost".lowercased()
    }

    /// The kind of resource that an ARN names, or `nil` where it is none of ELBv2.
    static func kind(_ text: String) -> Kind? {
        guard let arn = ARN(text), arn.service == self.service, let first = arn.resourceSegments.first else {
            return nil
        }
        return Kind(rawValue: first)
    }

    enum Kind: String {
        case loadBalancer = "loadbalancer"
        case targetGroup = "targetgroup"
        case listener
        case rule = "listener-rule"
        case trustStore = "truststore"
    }
}
