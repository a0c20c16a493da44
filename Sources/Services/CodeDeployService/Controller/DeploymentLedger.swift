package import DeploymentEngine
package import Model
package import Store

/// Tells stored deployments what happened. One transaction loads the value, applies the event, and commits the new value
/// (its commands are in it) together with the deployment that takes over, if one does.
package struct DeploymentLedger: Sendable {
    private let store: Store
    private let clock: any WallClock

    package init(store: Store, clock: any WallClock) {
        self.store = store
        self.clock = clock
    }

    /// What an event led to, once it is on disk.
    package struct Outcome<Answer: Sendable>: Sendable {
        package let step: CodeDeployDeployment.Step
        package let answer: Answer
    }

    /// `nil` where there is no such deployment. An event that changes nothing writes nothing.
    package func record<Answer: Sendable>(
        _ id: CodeDeployDeployment.ID, region: String? = nil,
        _ event: @escaping @Sendable (inout CodeDeployDeployment, Timestamp) -> (CodeDeployDeployment.Step, Answer)
    ) async throws -> Outcome<Answer>? {
        let clock = self.clock
        let outcome = try await self.store.write { transaction -> Outcome<Answer>? in
            guard let stored = try transaction.codeDeployDeployment(id), region == nil || stored.scope.region == region
            else {
                return nil
            }
            let now = clock.now()
            var machine = stored.machine
            let (step, answer) = event(&machine, now)
            if machine != stored.machine { try transaction.save(machine) }
            switch step.successor {
            case .none: break
            case .rollback(let successor):
                var next = try stored.rollback(successor)
                _ = next.machine.start(at: now)
                try transaction.insert(next)
            }
            return Outcome(step: step, answer: answer)
        }
        CrashPoint.reached("codedeploy.after-commit")
        return outcome
    }
}
