extension ServiceDeployment {
    /// Why a deployment turned around or stopped.
    package enum Cause: Hashable, Sendable, Codable {
        case circuitBreaker
        /// These rang.
        case alarms([String])
        /// A hook said FAILED (`detail` is a sentence), or could not be asked.
        case hook(HookStage, detail: String)
        case hookTimedOut(HookStage, target: String)
        case pauseTimedOut(HookStage)
        /// ContinueServiceDeployment with ROLLBACK.
        case pauseRejected(HookStage)
        case stopRequested(StopType)
        /// UpdateService made a newer deployment.
        case superseded
        case invalidNetworking(String)
        /// Its container said no, or never could say anything: a sentence.
        case migrationFailed(String)
        case migrationTimedOut(container: String)
        /// A command was refused, or never succeeded.
        case commandFailed(String)
        case stageTimedOut(Leg)
        case deploymentTimedOut

        /// The `statusReason`, once it has led to a rollback or a stop.
        package var reason: String {
            switch self {
            case .circuitBreaker:
                "Service deployment rolled back because the circuit breaker threshold was exceeded."
            case .alarms(let names):
                "Service deployment rolled back because the following alarms were triggered: \(names.joined(separator: ", "))."
            case .hook(let stage, let detail):
                "Service deployment rolled back because \(stage.rawValue) lifecycle hook(s) failed. \(detail)"
            case .hookTimedOut(let stage, let target):
                "Service deployment rolled back because \(stage.rawValue) lifecycle hook(s) failed. "
                    + "Lifecycle hook target \(target) timed out."
            case .pauseTimedOut(let stage):
                "Service deployment rolled back because \(stage.rawValue) pause hook timed out."
            case .pauseRejected(let stage):
                "Service deployment rolled back because \(stage.rawValue) pause hook was continued with ROLLBACK."
            case .stopRequested(.rollback): "Service deployment rolled back because of a user request."
            case .stopRequested(.abort): "Service deployment stopped because of a user request."
            case .superseded: "Service deployment stopped because a newer service deployment has started."
            case .invalidNetworking(let detail):
                "Service deployment rolled back because of invalid networking configuration: \(detail)"
            case .migrationFailed(let detail):
                "Service deployment rolled back because the migration task failed. \(detail)"
            case .migrationTimedOut(let container):
                "Service deployment rolled back because the migration task timed out. Container \(container) had not ended."
            case .commandFailed(let detail): "Service deployment rolled back because \(detail)"
            case .stageTimedOut(let leg):
                "Service deployment rolled back because the \(leg.lifecycleStage?.rawValue ?? "first") stage timed out."
            case .deploymentTimedOut: "Service deployment rolled back because it has not ended in 30 days."
            }
        }
    }

    /// What a cause leads to.
    enum Sequel: Equatable, Sendable, Codable {
        case goBack
        /// Weights and tasks stay as they are.
        case stop
        /// There is nothing to go back to.
        case noCandidate
    }

    func sequel(of cause: Cause) -> Sequel {
        let rollsBack =
            switch cause {
            case .circuitBreaker: self.plan.circuitBreaker.rollsBack
            case .alarms: self.plan.alarms.rollsBack
            case .stopRequested(.abort), .superseded: false
            case .hook, .hookTimedOut, .pauseTimedOut, .pauseRejected, .stopRequested(.rollback), .invalidNetworking,
                .commandFailed, .stageTimedOut, .deploymentTimedOut, .migrationFailed, .migrationTimedOut:
                true
            }
        guard rollsBack else { return .stop }
        return self.record.source == nil ? .noCandidate : .goBack
    }
}
