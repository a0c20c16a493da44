internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// DescribeCapacityReservation: there is none, which Terraform asks on every read.
    func describeCapacityReservation(
        _ input: ELBv2.DescribeCapacityReservationInput, _ context: RequestContext
    ) async throws -> ELBv2.DescribeCapacityReservationOutput {
        _ = try await self.store.read { try $0.requiredLoadBalancer(input.loadBalancerArn) }
        return ELBv2.DescribeCapacityReservationOutput(capacityReservationState: [])
    }
}
