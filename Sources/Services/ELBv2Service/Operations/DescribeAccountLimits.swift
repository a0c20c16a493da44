internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    func describeAccountLimits(
        _ input: ELBv2.DescribeAccountLimitsInput, _ context: RequestContext
    ) async throws -> ELBv2.DescribeAccountLimitsOutput {
        let page = try Page(
            Array(Limits.all.enumerated()), by: { $0.offset + 1 }, marker: input.marker, size: input.pageSize)
        return ELBv2.DescribeAccountLimitsOutput(
            limits: page.elements.map { ELBv2.Limit(name: $0.element.name, max: String($0.element.max)) },
            nextMarker: page.nextMarker)
    }
}
