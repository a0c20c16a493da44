internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// The providers by name or ARN, by default all; of one cluster where it is given. A missing one is a failure `MISSING`.
    func describeCapacityProviders(
        _ input: ECS.DescribeCapacityProviders.Input, _ context: RequestContext
    ) async throws -> ECS.DescribeCapacityProviders.Output {
        let known = try await self.store.read { snapshot in
            guard let cluster = input.cluster else { return CapacityProviders.known.sorted() }
            let stored = try snapshot.requireCluster(ECSNames.cluster(cluster), in: context.scope)
            let associated = try snapshot.described(stored, tags: false, in: context.scope).capacityProviders ?? []
            return CapacityProviders.known.intersection(associated).sorted()
        }
        let wanted = (input.capacityProviders ?? []).map { ARN($0)?.resourceSegments.last ?? $0 }
        let found = wanted.isEmpty ? known : wanted.filter(known.contains)
        let page = try ListPage(found, maxResults: input.maxResults, nextToken: input.nextToken, limit: 10)
        return .init(
            capacityProviders: page.elements.map { name in
                ECS.CapacityProvider(
                    capacityProviderArn: context.scope.arn("ecs", "capacity-provider/\(name)").description, name: name,
                    status: .active,
                    tags: [])
            },
            failures: wanted.filter { !known.contains($0) }.map {
                ECS.Failure(arn: context.scope.arn("ecs", "capacity-provider/\($0)").description, reason: "MISSING")
            },
            nextToken: page.nextToken)
    }
}
