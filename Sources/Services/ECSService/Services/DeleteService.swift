internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// The service drains: its tasks stop, then it is INACTIVE. Repeating the call on a draining service succeeds.
    func deleteService(_ input: ECS.DeleteService.Input, _ context: RequestContext) async throws
        -> ECS.DeleteService.Output
    {
        let key = ECSNames.service(input.service, cluster: input.cluster, in: context.scope)
        return try await self.store.write { transaction in
            _ = try transaction.requireCluster(key.cluster, in: context.scope)
            guard var service = try transaction.service(key), service.status != .inactive else {
                throw ECS.Errors.serviceNotFoundException("Service not found.")
            }
            let isForced = input.force == true
            if service.status == .active, !isForced {
                // Tasks may still be stopping: Terraform scales to zero and deletes at once, whatever the controller.
                guard service.desiredCount == 0 else {
                    throw ECS.Errors.invalidParameterException(
                        "The service cannot be stopped while it is scaled above 0.")
                }
                if service.controller == .external, try !transaction.revisions(of: key).isEmpty {
                    throw ECS.Errors.invalidParameterException(
                        "The service cannot be stopped while it has task sets; use force to delete it.")
                }
            }
            try transaction.supersedeDeployments(of: key, at: self.clock.now())
            service.status = .draining
            service.desiredCount = 0
            try transaction.update(service)
            return ECS.DeleteService.Output(service: try transaction.described(service, tags: true, in: context.scope))
        }
    }
}
