internal import ELBv2API
internal import WireProtocol

/// The network around a load balancer: there is no VPC here, so subnets and security groups are kept as given, and each
/// subnet stands in a zone of its own.
enum LoadBalancerNetwork {
    static let vpc = "vpc-00000000000000001"
    static let hostedZone = "Z35SXDOTRQ7X7K"
    static let defaultSecurityGroup = "sg-00000000000000001"

    static func refuseUnsupported(_ input: ELBv2.CreateLoadBalancerInput) throws(AWSError) {
        if input.customerOwnedIpv4Pool.nonEmpty != nil {
            throw .invalidConfiguration("CustomerOwnedIpv4Pool is not supported by Teal")
        }
        if input.ipamPools != nil { throw .invalidConfiguration("IpamPools is not supported by Teal") }
        if input.enablePrefixForIpv6SourceNat == .on {
            throw .invalidConfiguration(
                "EnablePrefixForIpv6SourceNat is not supported on load balancers of type 'application'")
        }
    }

    /// One zone for each subnet, in the order given.
    static func zones(
        subnets: [String]?, mappings: [ELBv2.SubnetMapping]?, region: String
    ) throws(AWSError) -> [ELBv2.AvailabilityZone] {
        let (subnets, mappings) = (subnets ?? [], mappings ?? [])
        guard subnets.isEmpty || mappings.isEmpty else {
            throw .validation("Subnets and SubnetMappings cannot be specified at the same time")
        }
        for mapping in mappings
        where mapping.allocationId != nil || mapping.privateIPv4Address != nil || mapping.iPv6Address != nil {
            throw .invalidConfiguration(
                "Addresses in SubnetMappings are not supported on load balancers of type 'application'")
        }
        let all = subnets.isEmpty ? mappings.compactMap(\.subnetId) : subnets
        for subnet in all where !self.isWellFormed(subnet, prefix: "subnet-") {
            throw ELBv2.Errors.subnetNotFoundException("The subnet ID '\(subnet)' is not valid")
        }
        guard Set(all).count == all.count else {
            throw .invalidConfiguration("A load balancer cannot be attached to the same subnet twice")
        }
        guard all.count >= 2 else {
            throw .validation("At least two subnets in two different Availability Zones must be specified")
        }
        guard all.count <= 6 else { throw .validation("At most '6' subnets can be specified") }
        return zip(all, "abcdef").map {
            ELBv2.AvailabilityZone(zoneName: "\(region)\($1)", subnetId: $0, loadBalancerAddresses: [])
        }
    }

    static func securityGroups(_ given: [String]?) throws(AWSError) -> [String] {
        guard let given, !given.isEmpty else { return [Self.defaultSecurityGroup] }
        for group in given where !self.isWellFormed(group, prefix: "sg-") {
            throw ELBv2.Errors.invalidSecurityGroupException("The security group ID '\(group)' is not valid")
        }
        return given
    }

    static func checkVPC(_ vpc: String) throws(AWSError) {
        guard self.isWellFormed(vpc, prefix: "vpc-") else { throw .validation("The VPC ID '\(vpc)' is not found") }
    }

    /// Identifiers are taken at their word, whether or not EC2 has made them, but only where they could be its own.
    private static func isWellFormed(_ id: String, prefix: String) -> Bool {
        let rest = id.dropFirst(prefix.count)
        return id.hasPrefix(prefix) && !rest.isEmpty
            && rest.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// Whether a second CreateLoadBalancer asks for what is there (tags are not compared).
    static func hasSameSettings(_ left: ELBv2.LoadBalancer, _ right: ELBv2.LoadBalancer) -> Bool {
        left.scheme == right.scheme && left.type == right.type && left.ipAddressType == right.ipAddressType
            && Set(left.securityGroups ?? []) == Set(right.securityGroups ?? [])
            && Set((left.availabilityZones ?? []).map(\.subnetId))
                == Set((right.availabilityZones ?? []).map(\.subnetId))
    }
}
