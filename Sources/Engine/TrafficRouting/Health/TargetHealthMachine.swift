/// The health of one registered target of a group in use. Made when the target is registered or its group comes into
/// use, dropped when either ends.
package struct TargetHealthMachine: Equatable, Sendable {
    private enum State: Equatable, Sendable {
        /// No probe has ended. Left by the first success, or by as many failures as the unhealthy threshold.
        case initial(isProbing: Bool, failures: Int)
        case healthy(failures: Int)
        case unhealthy(HealthFailure, successes: Int)
    }

    package enum Action: Equatable, Sendable {
        case report(TargetHealth)
        case none
    }

    private var state: State

    package init() { self.state = .initial(isProbing: false, failures: 0) }

    /// Takes up what a proxy before this one knew.
    package init(remembering health: TargetHealth) {
        switch health {
        case .healthy: self.state = .healthy(failures: 0)
        case .unhealthy(let failure): self.state = .unhealthy(failure, successes: 0)
        case .registering, .checking, .notInUse, .draining: self.state = .initial(isProbing: false, failures: 0)
        }
    }

    package var health: TargetHealth {
        switch self.state {
        case .initial(let isProbing, _): isProbing ? .checking : .registering
        case .healthy: .healthy
        case .unhealthy(let failure, _): .unhealthy(failure)
        }
    }

    package mutating func probeStarted() -> Action {
        switch self.state {
        case .initial(isProbing: false, let failures): self.move(to: .initial(isProbing: true, failures: failures))
        case .initial(isProbing: true, _), .healthy, .unhealthy: .none
        }
    }

    /// One success is enough for a target without a verdict; coming back from unhealthy takes the healthy threshold.
    package mutating func probeSucceeded(_ check: HealthCheck) -> Action {
        switch self.state {
        case .initial, .healthy: return self.move(to: .healthy(failures: 0))
        case .unhealthy(let failure, let successes):
            guard successes + 1 >= check.healthyThreshold else {
                return self.move(to: .unhealthy(failure, successes: successes + 1))
            }
            return self.move(to: .healthy(failures: 0))
        }
    }

    package mutating func probeFailed(_ failure: HealthFailure, _ check: HealthCheck) -> Action {
        switch self.state {
        case .initial(let isProbing, let failures):
            guard failures + 1 >= check.unhealthyThreshold else {
                return self.move(to: .initial(isProbing: isProbing, failures: failures + 1))
            }
            return self.move(to: .unhealthy(failure, successes: 0))
        case .healthy(let failures):
            guard failures + 1 >= check.unhealthyThreshold else {
                return self.move(to: .healthy(failures: failures + 1))
            }
            return self.move(to: .unhealthy(failure, successes: 0))
        case .unhealthy: return self.move(to: .unhealthy(failure, successes: 0))
        }
    }

    private mutating func move(to state: State) -> Action {
        let before = self.health
        self.state = state
        return self.health == before ? .none : .report(self.health)
    }
}
