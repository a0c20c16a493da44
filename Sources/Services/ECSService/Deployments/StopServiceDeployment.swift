internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    func stopServiceDeployment(_ input: ECS.StopServiceDeployment.Input, _ context: RequestContext) async throws
        -> ECS.StopServiceDeployment.Output
    {
        let type = try input.stopType.map { type in
            guard let known = ServiceDeployment.StopType(rawValue: type.rawValue) else {
                throw ECS.Errors.invalidParameterException("Invalid stopType: \(type.rawValue)")
            }
            return known
        }
        let id = try await self.requireServiceDeployment(input.serviceDeploymentArn, in: context.scope)
        let outcome = try await self.deploymentLedger.record(id) { machine, now in
            switch machine.stopRequested(type ?? .rollback, at: now) {
            case .accepted(let step): return (step, ())
            case .alreadyEnded:
                throw ECS.Errors.conflictException(
                    "Stopping a service deployment is not allowed for service deployment in terminal states.")
            }
        }
        guard outcome != nil else { throw Self.noServiceDeployment }
        return .init(serviceDeploymentArn: input.serviceDeploymentArn)
    }

    func continueServiceDeployment(_ input: ECS.ContinueServiceDeployment.Input, _ context: RequestContext) async throws
        -> ECS.ContinueServiceDeployment.Output
    {
        guard HookIdentity.isHookID(input.hookId) else {
            throw ECS.Errors.invalidParameterException(
                "Invalid hookId: hookId must follow the format: ecs-{hookType}-{id}")
        }
        let action = try input.action.map { action in
            guard let known = ServiceDeployment.HookAction(rawValue: action.rawValue) else {
                throw ECS.Errors.invalidParameterException("Invalid action: \(action.rawValue)")
            }
            return known
        }
        let id = try await self.requireServiceDeployment(input.serviceDeploymentArn, in: context.scope)
        let outcome = try await self.deploymentLedger.record(id) { machine, now in
            let run = machine.hookViews.first {
                HookIdentity(deployment: id, run: $0.run).hookID($0.hook.target) == input.hookId
            }?.run
            switch machine.pauseContinued(run ?? 0, action ?? .proceed, at: now) {
            case .accepted(let step): return (step, ())
            case .notWaiting:
                throw ECS.Errors.invalidParameterException(
                    "Provided hookId is either completed, unavailable, or not associated with the given Resource ARN")
            case .alreadyEnded:
                throw ECS.Errors.invalidParameterException(
                    "Continuing a service deployment is not allowed for service deployment in terminal states.")
            }
        }
        guard outcome != nil else { throw Self.noServiceDeployment }
        return .init(serviceDeploymentArn: input.serviceDeploymentArn)
    }

    private var deploymentLedger: ServiceDeploymentLedger {
        ServiceDeploymentLedger(store: self.store, clock: self.clock)
    }

    private static let noServiceDeployment = ECS.Errors.serviceDeploymentNotFoundException(
        "The service deployment does not exist.")

    /// - Throws: `ServiceDeploymentNotFoundException`, `InvalidParameterException` for what is no such ARN.
    private func requireServiceDeployment(_ arn: String, in scope: Scope) async throws -> ServiceDeployment.ID {
        guard ServiceDeployment.ID(arn: arn) != nil else {
            throw ECS.Errors.invalidParameterException("Invalid service deployment ARN: \(arn)")
        }
        guard let stored = try await self.store.read({ try $0.serviceDeployment(arn: arn, in: scope) }) else {
            throw Self.noServiceDeployment
        }
        return stored.machine.id
    }
}
