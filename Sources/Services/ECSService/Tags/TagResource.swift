internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    func tagResource(_ input: ECS.TagResource.Input, _ context: RequestContext) async throws -> ECS.TagResource.Output {
        let tags = try ECSTags(input.tags)
        try await self.store.write { transaction in
            let arn = try transaction.requireTaggable(input.resourceArn, in: context.scope)
            if let definition = try transaction.taskDefinition(arn, in: context.scope) {
                try MigrationTag.check(tags, try definition.shape.containerDefinitions ?? [])
            }
            try transaction.addECSTags(tags.stored, to: arn)
            guard try transaction.ecsTags(of: arn).count <= 50 else {
                throw ECS.Errors.invalidParameterException("A resource can have at most 50 tags.")
            }
        }
        return ECS.TagResource.Output()
    }

    func untagResource(_ input: ECS.UntagResource.Input, _ context: RequestContext) async throws
        -> ECS.UntagResource.Output
    {
        try await self.store.write { transaction in
            let arn = try transaction.requireTaggable(input.resourceArn, in: context.scope)
            try transaction.removeECSTags(input.tagKeys, from: arn)
        }
        return ECS.UntagResource.Output()
    }

    func listTagsForResource(_ input: ECS.ListTagsForResource.Input, _ context: RequestContext) async throws
        -> ECS.ListTagsForResource.Output
    {
        try await self.store.read { snapshot in
            let arn = try snapshot.requireTaggable(input.resourceArn, in: context.scope)
            return ECS.ListTagsForResource.Output(tags: ECSTags.shapes(try snapshot.ecsTags(of: arn)))
        }
    }
}

extension StoreSnapshot {
    /// - Returns: the ARN of a resource that exists.
    /// - Throws: `InvalidParameterException`, or the not-found error of the resource's kind.
    fileprivate func requireTaggable(_ text: String, in scope: Scope) throws -> String {
        guard let arn = ARN(text), arn.service == "ecs" else {
            throw ECS.Errors.invalidParameterException("The specified resource ARN is not valid: \(text)")
        }
        let segments = arn.resourceSegments
        switch (segments.first, segments.count) {
        case ("cluster", 2):
            _ = try self.requireCluster(segments[1], in: scope)
        case ("service", 3):
            guard try self.service(ServiceKey(region: scope.region, cluster: segments[1], name: segments[2])) != nil
            else {
                throw ECS.Errors.serviceNotFoundException("Service not found.")
            }
        case ("service", 2):
            throw ECS.Errors.invalidParameterException("Long arn format must be used for tagging operations")
        case ("task", 3):
            guard try self.task(segments[2]) != nil else {
                throw ECS.Errors.invalidParameterException("The referenced task was not found.")
            }
        case ("task-definition", 2):
            guard try self.taskDefinition(text, in: scope) != nil else {
                throw ECS.Errors.invalidParameterException("The specified task definition does not exist: \(text)")
            }
        case ("capacity-provider", 2):
            guard try self.describedCapacityProvider(segments[1], tags: false, in: scope) != nil else {
                throw ECS.Errors.invalidParameterException("The specified capacity provider does not exist: \(text)")
            }
        case ("container-instance", 3):
            _ = try self.requireCluster(segments[1], in: scope)
            guard HostInstance(cluster: segments[1], scope: scope).isNamed(by: text) else {
                throw ECS.Errors.invalidParameterException("The referenced container instance was not found: \(text)")
            }
        case ("task-set", 5):
            guard try self.revision(ECSNames.taskSet(text)) != nil else {
                throw ECS.Errors.taskSetNotFoundException("The specified task set was not found.")
            }
        default:
            throw ECS.Errors.invalidParameterException("The specified resource can not be tagged: \(text)")
        }
        return text
    }
}
