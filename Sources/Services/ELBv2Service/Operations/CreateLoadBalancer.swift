internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// CreateLoadBalancer. With the same settings as before it answers the load balancer that is there.
    func createLoadBalancer(
        _ input: ELBv2.CreateLoadBalancerInput, _ context: RequestContext
    ) async throws -> ELBv2.CreateLoadBalancerOutput {
        try ResourceNames.checkLoadBalancer(input.name)
        let type = input.type ?? .application
        guard type == .application else {
            throw AWSError.validation("Load balancers of type '\(type)' are not supported by Teal; use 'application'")
        }
        try LoadBalancerNetwork.refuseUnsupported(input)
        let tags = try ResourceTags.checked(input.tags)
        let isInternal = input.scheme == .internal
        let arn = ResourceARNs.loadBalancer(name: input.name, in: context.scope)
        let dnsName = ResourceARNs.dnsName(
            loadBalancer: input.name, isInternal: isInternal, region: context.scope.region)
        let shape = ELBv2.LoadBalancer(
            loadBalancerArn: arn, dnsName: dnsName, canonicalHostedZoneId: LoadBalancerNetwork.hostedZone,
            createdTime: self.clock.now(), loadBalancerName: input.name, scheme: input.scheme ?? .internetFacing,
            vpcId: LoadBalancerNetwork.vpc, type: type,
            availabilityZones: try LoadBalancerNetwork.zones(
                subnets: input.subnets, mappings: input.subnetMappings, region: context.scope.region),
            securityGroups: try LoadBalancerNetwork.securityGroups(input.securityGroups),
            ipAddressType: input.ipAddressType ?? .ipv4)
        let (stored, generation) = try await self.store.write { transaction -> (ELBv2.LoadBalancer, Int) in
            let region = context.scope.region
            if let existing = try transaction.loadBalancer(region: region, name: input.name) {
                let found = try existing.shape(impairment: nil)
                guard LoadBalancerNetwork.hasSameSettings(found, shape) else {
                    throw ELBv2.Errors.duplicateLoadBalancerNameException(
                        "A load balancer with the same name '\(input.name)' exists, but with different settings")
                }
                return (found, try transaction.routingGeneration())
            }
            guard try transaction.loadBalancers(region: region).count < Limits.loadBalancers else {
                throw ELBv2.Errors.tooManyLoadBalancersException(
                    "The maximum number of load balancers (\(Limits.loadBalancers)) has been reached")
            }
            try transaction.insert(
                StoredLoadBalancer(
                    arn: arn, region: region, name: input.name, dnsName: dnsName, body: StoredShape.encode(shape),
                    tags: tags))
            return (shape, try transaction.routingChanged())
        }
        await self.publisher.publish(generation, context)
        var answer = stored
        // Clients wait for "active" by asking again.
        answer.state = ELBv2.LoadBalancerState(code: .provisioning)
        return ELBv2.CreateLoadBalancerOutput(loadBalancers: [answer])
    }
}
