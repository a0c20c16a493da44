internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// A missing cluster is a failure `MISSING`, not an error.
    func describeClusters(_ input: ECS.DescribeClusters.Input, _ context: RequestContext) async throws
        -> ECS.DescribeClusters.Output
    {
        let names = (input.clusters.flatMap { $0.isEmpty ? nil : $0 } ?? ["default"]).map { ECSNames.cluster($0) }
        guard names.count <= 100 else {
            throw ECS.Errors.invalidParameterException("clusters can have at most 100 items.")
        }
        return try await self.store.read { snapshot in
            var output = ECS.DescribeClusters.Output(clusters: [], failures: [])
            for name in names {
                if let cluster = try snapshot.cluster(name, region: context.scope.region) {
                    output.clusters?.append(
                        try snapshot.described(cluster, include: input.include ?? [], in: context.scope))
                } else {
                    output.failures?.append(.init(arn: context.scope.clusterARN(name), reason: "MISSING"))
                }
            }
            return output
        }
    }

    func listClusters(_ input: ECS.ListClusters.Input, _ context: RequestContext) async throws
        -> ECS.ListClusters.Output
    {
        let clusters = try await self.store.read { try $0.activeClusters(region: context.scope.region) }
        let page = try ListPage(
            clusters.map { context.scope.clusterARN($0.name) }, maxResults: input.maxResults, nextToken: input.nextToken
        )
        return ECS.ListClusters.Output(clusterArns: page.elements, nextToken: page.nextToken)
    }

    /// Refused while the cluster has services or tasks.
    func deleteCluster(_ input: ECS.DeleteCluster.Input, _ context: RequestContext) async throws
        -> ECS.DeleteCluster.Output
    {
        let name = ECSNames.cluster(input.cluster)
        return try await self.store.write { transaction in
            var cluster = try transaction.requireCluster(name, in: context.scope)
            let counts = try transaction.counts(ofCluster: name, region: context.scope.region)
            guard try transaction.services(cluster: name, region: context.scope.region).isEmpty else {
                throw ECS.Errors.clusterContainsServicesException(
                    "The Cluster cannot be deleted while Services are active.")
            }
            guard counts.running + counts.pending == 0 else {
                throw ECS.Errors.clusterContainsTasksException("The Cluster cannot be deleted while Tasks are active.")
            }
            cluster.isActive = false
            try transaction.save(cluster)
            return ECS.DeleteCluster.Output(cluster: try transaction.described(cluster, in: context.scope))
        }
    }
}
