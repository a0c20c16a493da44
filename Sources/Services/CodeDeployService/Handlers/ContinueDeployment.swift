internal import CodeDeployAPI
internal import DeploymentEngine
internal import Model
internal import WireProtocol

extension CodeDeployHandlers {
    func continueDeployment(
        _ input: CodeDeploy.ContinueDeployment.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.ContinueDeployment.Output {
        let wait: CodeDeployDeployment.WaitType =
            switch input.deploymentWaitType ?? .readyWait {
            case .readyWait: .readyWait
            case .terminationWait: .terminationWait
            case .unknown(let type):
                throw CodeDeploy.Errors.invalidDeploymentWaitTypeException(
                    "The deployment wait type \(type) is not valid.")
            }
        try await self.end(wait, of: input.deploymentId, context)
        return .init()
    }

    /// The older name of ending the termination wait.
    func skipWaitTimeForInstanceTermination(
        _ input: CodeDeploy.SkipWaitTimeForInstanceTermination.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.SkipWaitTimeForInstanceTermination.Output {
        try await self.end(.terminationWait, of: input.deploymentId, context)
        return .init()
    }

    private func end(_ wait: CodeDeployDeployment.WaitType, of id: String?, _ context: RequestContext) async throws {
        let id = try ResourceName.deployment(id)
        let outcome = try await self.ledger.record(id, region: context.scope.region) { machine, now in
            let decision = machine.continueRequested(wait, at: now)
            return (decision.step, decision)
        }
        guard let outcome else { throw ResourceName.noDeployment(id) }
        switch outcome.answer {
        case .continued: return
        case .notWaiting:
            throw CodeDeploy.Errors.deploymentIsNotInReadyStateException(
                "The deployment \(id) is not waiting to be continued.")
        case .alreadyCompleted: throw Self.alreadyCompleted(id)
        }
    }

    static func alreadyCompleted(_ id: CodeDeployDeployment.ID) -> AWSError {
        CodeDeploy.Errors.deploymentAlreadyCompletedException("The deployment \(id) is already completed.")
    }
}

extension CodeDeployDeployment.ContinueDecision {
    fileprivate var step: CodeDeployDeployment.Step {
        switch self {
        case .continued(let step): step
        case .notWaiting, .alreadyCompleted: .nothing
        }
    }
}
