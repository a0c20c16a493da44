internal import CodeDeployAPI
internal import DeploymentEngine
internal import Model
internal import WireProtocol

extension CodeDeployHandlers {
    func stopDeployment(
        _ input: CodeDeploy.StopDeployment.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.StopDeployment.Output {
        let id = try ResourceName.deployment(input.deploymentId)
        let rollback = input.autoRollbackEnabled ?? false
        let outcome = try await self.ledger.record(id, region: context.scope.region) { machine, now in
            let decision = machine.stopRequested(rollback: rollback, at: now)
            return (decision.step, decision)
        }
        guard let outcome else { throw ResourceName.noDeployment(id) }
        switch outcome.answer {
        case .stopped: return .init(status: .succeeded, statusMessage: "The deployment \(id) was stopped.")
        case .stopping: return .init(status: .pending, statusMessage: "The deployment \(id) is being stopped.")
        case .alreadyCompleted: throw Self.alreadyCompleted(id)
        }
    }
}

extension CodeDeployDeployment.StopDecision {
    fileprivate var step: CodeDeployDeployment.Step {
        switch self {
        case .stopped(let step), .stopping(let step): step
        case .alreadyCompleted: .nothing
        }
    }
}
