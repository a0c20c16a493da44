internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// SetSubnets: kept and shown, as there is no network behind them.
    func setSubnets(_ input: ELBv2.SetSubnetsInput, _ context: RequestContext) async throws -> ELBv2.SetSubnetsOutput {
        if input.enablePrefixForIpv6SourceNat == .on {
            throw AWSError.invalidConfiguration(
                "EnablePrefixForIpv6SourceNat is not supported on load balancers of type 'application'")
        }
        let zones = try LoadBalancerNetwork.zones(
            subnets: input.subnets, mappings: input.subnetMappings, region: context.scope.region)
        let shape = try await self.changeLoadBalancer(input.loadBalancerArn) { shape in
            shape.availabilityZones = zones
            shape.ipAddressType = input.ipAddressType ?? shape.ipAddressType
        }
        return ELBv2.SetSubnetsOutput(availabilityZones: zones, ipAddressType: shape.ipAddressType)
    }

    func setSecurityGroups(
        _ input: ELBv2.SetSecurityGroupsInput, _ context: RequestContext
    ) async throws -> ELBv2.SetSecurityGroupsOutput {
        guard !input.securityGroups.isEmpty else {
            throw AWSError.invalidConfiguration("At least one security group must be specified")
        }
        guard input.enforceSecurityGroupInboundRulesOnPrivateLinkTraffic == nil else {
            throw AWSError.invalidConfiguration(
                "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic is not supported on load balancers of type 'application'"
            )
        }
        let groups = try LoadBalancerNetwork.securityGroups(input.securityGroups)
        let shape = try await self.changeLoadBalancer(input.loadBalancerArn) { $0.securityGroups = groups }
        return ELBv2.SetSecurityGroupsOutput(securityGroupIds: shape.securityGroups)
    }

    func setIpAddressType(
        _ input: ELBv2.SetIpAddressTypeInput, _ context: RequestContext
    ) async throws -> ELBv2.SetIpAddressTypeOutput {
        let shape = try await self.changeLoadBalancer(input.loadBalancerArn) { $0.ipAddressType = input.ipAddressType }
        return ELBv2.SetIpAddressTypeOutput(ipAddressType: shape.ipAddressType)
    }

    private func changeLoadBalancer(
        _ arn: String, _ change: @escaping @Sendable (inout ELBv2.LoadBalancer) -> Void
    ) async throws -> ELBv2.LoadBalancer {
        try await self.store.write { transaction in
            var record = try transaction.requiredLoadBalancer(arn)
            var shape = try StoredShape.decode(ELBv2.LoadBalancer.self, from: record.body)
            change(&shape)
            record.body = StoredShape.encode(shape)
            try transaction.update(record)
            return shape
        }
    }
}
