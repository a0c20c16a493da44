internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// The providers by name or ARN, by default all; of one cluster where it is given. A missing one is a failure `MISSING`.
    func describeCapacityProviders(
        _ input: ECS.DescribeCapacityProviders.Input, _ context: RequestContext
    ) async throws -> ECS.DescribeCapacityProviders.Output {
        let scope = context.scope
        let tags = input.include?.contains(.tags) == true
        return try await self.store.read { snapshot in
            var known = CapacityProviders.predefined.union(
                try snapshot.capacityProviders(region: scope.region).map(\.name))
            if let cluster = input.cluster {
                let stored = try snapshot.requireCluster(ECSNames.cluster(cluster), in: scope)
                known.formIntersection(
                    try StoredShape.decode(ECS.Cluster.self, from: stored.body).capacityProviders ?? [])
            }
            let wanted = (input.capacityProviders ?? []).map(CapacityProviders.name)
            let found = wanted.isEmpty ? known.sorted() : wanted.filter(known.contains)
            let page = try ListPage(found, maxResults: input.maxResults, nextToken: input.nextToken, limit: 10)
            return .init(
                capacityProviders: try page.elements.compactMap {
                    try snapshot.describedCapacityProvider($0, tags: tags, in: scope)
                },
                failures: wanted.filter { !known.contains($0) }.map {
                    ECS.Failure(arn: scope.capacityProviderARN($0), reason: "MISSING")
                },
                nextToken: page.nextToken)
        }
    }
}
