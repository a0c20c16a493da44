internal import CloudWatchCalls
internal import DeploymentDriving
internal import DeploymentEngine
internal import Logging
internal import Model
internal import WireProtocol

/// What a look at a deployment's alarms led to.
enum AlarmObservation: Equatable, Sendable {
    case unchanged
    case reported
    /// They cannot be asked for: to be looked at again at this moment.
    case failed(retryAt: Timestamp)

    var retryAt: Timestamp? {
        switch self {
        case .unchanged, .reported: nil
        case .failed(let moment): moment
        }
    }
}

extension ServiceDeploymentDriver {
    private static let pauseAfterFailure = Duration.seconds(5)

    /// Tells the deployment which of its alarms ring, where that is news. Where CloudWatch does not answer the deployment goes
    /// on, as with Amazon ECS.
    func observeAlarms(_ machine: ServiceDeployment) async throws -> AlarmObservation {
        let names = machine.watchedAlarms
        guard !names.isEmpty else { return .unchanged }
        let ringing: Set<String>
        do {
            ringing = Set(try await self.attemptLimit.run { [aws] in try await aws.alarmStates(of: names) }.ringing)
        } catch let error as CancellationError {
            throw error
        } catch {
            self.logger.warning("deployment cannot see its alarms", metadata: ["error": "\(error)"])
            return .failed(retryAt: self.clock.now() + Self.pauseAfterFailure)
        }
        var look = machine
        _ = look.alarmsSeen(ringing: ringing, at: self.clock.now())
        guard look != machine else { return .unchanged }
        try await self.record { ($0.alarmsSeen(ringing: ringing, at: $1), ()) }
        return .reported
    }
}
