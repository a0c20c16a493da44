internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Services join a namespace by Service Connect, which they are refused here: a namespace that clusters name as their default
    /// is there, and has none.
    func listServicesByNamespace(
        _ input: ECS.ListServicesByNamespace.Input, _ context: RequestContext
    ) async throws -> ECS.ListServicesByNamespace.Output {
        let clusters = try await self.store.read { try $0.activeClusters(region: context.scope.region) }
        let isKnown = try clusters.contains { cluster in
            let shape = try StoredShape.decode(ECS.Cluster.self, from: cluster.body)
            return shape.serviceConnectDefaults?.namespace == input.namespace
        }
        guard isKnown else { throw ECS.Errors.namespaceNotFoundException("Namespace not found: \(input.namespace)") }
        let page = try ListPage<String>([], maxResults: input.maxResults, nextToken: input.nextToken)
        return .init(serviceArns: page.elements, nextToken: page.nextToken)
    }
}
