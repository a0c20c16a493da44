internal import CodeDeployAPI
internal import DeploymentEngine
internal import Model
internal import WireProtocol

extension CodeDeployHandlers {
    /// The first report of an execution counts.
    func putLifecycleEventHookExecutionStatus(
        _ input: CodeDeploy.PutLifecycleEventHookExecutionStatus.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.PutLifecycleEventHookExecutionStatus.Output {
        let id = try ResourceName.deployment(input.deploymentId)
        let result: CodeDeployDeployment.HookOutcome
        switch input.status {
        case .succeeded: result = .succeeded
        case .failed: result = .failed
        case .pending, .inProgress, .skipped, .unknown_, .unknown, nil:
            throw CodeDeploy.Errors.invalidLifecycleEventHookExecutionStatusException(
                "The status of a lifecycle event hook execution must be Succeeded or Failed, not '\(input.status?.rawValue ?? "")'."
            )
        }
        let execution = CodeDeployDeployment.HookExecutionID(rawValue: input.lifecycleEventHookExecutionId ?? "")
        let outcome = try await self.ledger.record(id, region: context.scope.region) { machine, now in
            let decision = machine.hookReported(execution, result, at: now)
            return (decision.step, decision)
        }
        guard let outcome else { throw ResourceName.noDeployment(id) }
        switch outcome.answer {
        case .accepted: return .init(lifecycleEventHookExecutionId: execution.rawValue)
        case .alreadyCompleted:
            throw CodeDeploy.Errors.lifecycleEventAlreadyCompletedException(
                "The lifecycle event of this hook execution is already completed.")
        case .unknownExecution:
            throw CodeDeploy.Errors.invalidLifecycleEventHookExecutionIdException(
                "The deployment \(id) has no lifecycle event hook execution of this id.")
        }
    }
}

extension CodeDeployDeployment.HookReportDecision {
    fileprivate var step: CodeDeployDeployment.Step {
        switch self {
        case .accepted(let step): step
        case .alreadyCompleted, .unknownExecution: .nothing
        }
    }
}
