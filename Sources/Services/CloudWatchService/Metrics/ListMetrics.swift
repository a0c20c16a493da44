internal import CloudWatchAPI
internal import Model
internal import Monitoring
internal import Store
internal import WireProtocol

extension CloudWatchHandlers {
    /// Of one page.
    private static let pageSize = 500

    /// Metrics that have received data in the past two weeks, in the order in which they appeared.
    func listMetrics(_ input: CloudWatch.ListMetricsInput, _ context: RequestContext) async throws
        -> CloudWatch.ListMetricsOutput
    {
        let last = try input.nextToken.map { token in
            guard let bytes = Base64.decode(token), let last = Int64(String(decoding: bytes, as: UTF8.self)) else {
                throw CloudWatch.Errors.invalidParameterValueException("Request parameter NextToken is invalid")
            }
            return last
        }
        let since = self.clock.now() - (input.recentlyActive == nil ? .hours(24 * 14) : .hours(3))
        let found = try await self.metrics.read { snapshot in
            try snapshot.metrics(
                region: context.scope.region, namespace: input.namespace, name: input.metricName,
                receivedSince: since, after: last ?? 0)
        }.filter { metric in
            (input.dimensions ?? []).allSatisfy { filter in
                metric.identity.dimensions.contains {
                    $0.name == filter.name && (filter.value == nil || $0.value == filter.value)
                }
            }
        }
        // Other accounts have nothing here.
        let isOwn = input.owningAccount.map { $0 == context.scope.account } ?? true
        let page = isOwn ? found.prefix(Self.pageSize) : []
        return CloudWatch.ListMetricsOutput(
            metrics: page.map { metric in
                CloudWatch.Metric(
                    namespace: metric.identity.namespace, metricName: metric.identity.name,
                    dimensions: metric.identity.dimensionShapes)
            },
            nextToken: page.count < found.count && isOwn
                ? page.last.map { Base64.encode(Array(String($0.id).utf8)) } : nil,
            owningAccounts: input.includeLinkedAccounts == true ? page.map { _ in context.scope.account } : nil)
    }
}
