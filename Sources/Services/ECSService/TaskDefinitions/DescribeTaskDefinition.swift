internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    func describeTaskDefinition(
        _ input: ECS.DescribeTaskDefinition.Input, _ context: RequestContext
    ) async throws -> ECS.DescribeTaskDefinition.Output {
        try await self.store.read { snapshot in
            guard let stored = try snapshot.taskDefinition(input.taskDefinition, in: context.scope) else {
                throw ECS.Errors.clientException("Unable to describe task definition.")
            }
            let arn = context.scope.taskDefinitionARN(family: stored.family, revision: stored.revision)
            let tags = input.include?.contains(.tags) == true ? ECSTags.shapes(try snapshot.ecsTags(of: arn)) : []
            return ECS.DescribeTaskDefinition.Output(taskDefinition: try stored.shape, tags: tags)
        }
    }

    /// Needs `family:revision` or an ARN. Services that run the revision go on.
    func deregisterTaskDefinition(
        _ input: ECS.DeregisterTaskDefinition.Input, _ context: RequestContext
    ) async throws -> ECS.DeregisterTaskDefinition.Output {
        guard input.taskDefinition.split(separator: "/").last?.contains(":") == true else {
            throw ECS.Errors.clientException("Revision is missing.")
        }
        let number = input.taskDefinition.split(separator: ":").last ?? ""
        guard Int(number) != nil else {
            throw ECS.Errors.clientException("Invalid revision number. Number: \(number)")
        }
        let now = self.clock.now()
        return try await self.store.write { transaction in
            guard var stored = try transaction.taskDefinition(input.taskDefinition, in: context.scope) else {
                throw ECS.Errors.clientException("Unable to describe task definition.")
            }
            guard stored.status == .active else {
                throw ECS.Errors.clientException(
                    "The specified task definition is inactive. You can't deregister an inactive task definition.")
            }
            stored.status = .inactive
            var shape = try stored.shape
            shape.deregisteredAt = now
            stored.body = StoredShape.encode(shape)
            try transaction.save(stored)
            return ECS.DeregisterTaskDefinition.Output(taskDefinition: try stored.shape)
        }
    }

    func listTaskDefinitions(_ input: ECS.ListTaskDefinitions.Input, _ context: RequestContext) async throws
        -> ECS.ListTaskDefinitions.Output
    {
        let status = input.status.flatMap { StoredTaskDefinition.Status(rawValue: $0.rawValue) } ?? .active
        var definitions = try await self.store.read {
            try $0.taskDefinitions(region: context.scope.region, status: status, family: input.familyPrefix)
        }
        if input.sort == .desc { definitions.reverse() }
        let page = try ListPage(
            definitions.map { context.scope.taskDefinitionARN(family: $0.family, revision: $0.revision) },
            maxResults: input.maxResults,
            nextToken: input.nextToken)
        return ECS.ListTaskDefinitions.Output(taskDefinitionArns: page.elements, nextToken: page.nextToken)
    }

    func listTaskDefinitionFamilies(
        _ input: ECS.ListTaskDefinitionFamilies.Input, _ context: RequestContext
    ) async throws -> ECS.ListTaskDefinitionFamilies.Output {
        let definitions = try await self.store.read {
            try $0.taskDefinitions(region: context.scope.region, status: nil, familyPrefix: input.familyPrefix)
        }
        var families: [String] = []
        let active = Set(definitions.filter { $0.status == .active }.map(\.family))
        for family in definitions.map(\.family) where families.last != family {
            switch input.status {
            case .active: if active.contains(family) { families.append(family) }
            case .inactive: if !active.contains(family) { families.append(family) }
            case .all, .unknown, nil: families.append(family)
            }
        }
        let page = try ListPage(families, maxResults: input.maxResults, nextToken: input.nextToken)
        return ECS.ListTaskDefinitionFamilies.Output(families: page.elements, nextToken: page.nextToken)
    }
}
