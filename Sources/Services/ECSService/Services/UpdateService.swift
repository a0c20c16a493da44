internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Changes counts and settings in place; under the ECS controller, what tasks are made of starts a new deployment where it
    /// differs from before, or where one is forced.
    func updateService(_ input: ECS.UpdateService.Input, _ context: RequestContext) async throws
        -> ECS.UpdateService.Output
    {
        let scope = context.scope
        let key = ECSNames.service(input.service, cluster: input.cluster, in: scope)
        let update = try await self.store.read { try ServiceUpdate(input, key, $0, in: scope) }
        try update.check()
        try await self.checkTargetGroups(input.loadBalancers ?? [], update.definition, in: scope)
        let now = self.clock.now()
        return try await self.store.write { transaction in
            // Read again: what was checked may have changed meanwhile.
            let update = try ServiceUpdate(input, key, transaction, in: scope)
            try update.check()
            var service = update.service
            service.controller = update.controller
            service.desiredCount = input.desiredCount ?? service.desiredCount
            service.body = StoredShape.encode(try update.body)
            if service != update.service { service.steadySince = nil }
            try transaction.update(service)
            if let taskSet = try update.newDeployment {
                try transaction.deploy(taskSet, to: service, timeScale: self.timeScale, at: now)
            } else if service.controller != update.service.controller, var primary = update.primary {
                primary.progress = update.adoptedProgress(of: primary.progress)
                primary.updatedAt = now
                try transaction.save(primary)
            }
            return .init(service: try transaction.described(service, tags: true, in: scope))
        }
    }
}
