internal import CloudWatchCalls
internal import DeploymentDriving
internal import DeploymentEngine
internal import Logging
internal import Model
internal import Store
internal import Synchronization
internal import WireProtocol

/// Since when one deployment's alarms cannot be asked for. Not stored: a server that starts again is as patient again.
final class AlarmWatch: Sendable {
    /// CloudWatch may be away for so long before its silence counts.
    private static let patience = Duration.seconds(60)

    private let failingSince = Mutex<Timestamp?>(nil)

    func succeeded() { self.failingSince.withLock { $0 = nil } }

    /// Whether patience has run out.
    func failed(at now: Timestamp) -> Bool {
        self.failingSince.withLock { since in
            let first = since ?? now
            since = first
            return now - first >= Self.patience
        }
    }
}

extension CodeDeployDriver {
    /// Asks how the watched alarms are, and tells the deployment where one rings or cannot be asked for.
    func observeAlarms(_ stored: StoredDeployment) async throws -> Observation {
        let names = stored.machine.watchedAlarms
        guard !names.isEmpty else { return .unchanged }
        let states: AlarmStates
        do {
            let client = self.client(stored)
            states = try await self.attemptLimit.run { try await client.alarmStates(of: names) }
            self.alarmWatch.succeeded()
        } catch let error as CancellationError {
            throw error
        } catch {
            return try await self.cannotAsk(error, stored.machine)
        }
        if !states.ringing.isEmpty {
            try await self.record { ($0.alarmsActivated(states.ringing, at: $1), ()) }
            return .reported
        }
        guard !states.missing.isEmpty else { return .unchanged }
        let list = states.missing.map { "<\($0)>" }.joined(separator: " ")
        return try await self.report("these alarms do not exist: \(list)", isDenied: false, stored.machine)
    }

    private func cannotAsk(_ error: any Error, _ machine: CodeDeployDeployment) async throws -> Observation {
        let isOutOfPatience = self.alarmWatch.failed(at: self.clock.now())
        self.logger.warning("deployment cannot see its alarms", metadata: ["error": "\(error)"])
        switch CodeDeployDeployment.CommandFailure(error) {
        case .accessDenied:
            return try await self.report("\(error)", isDenied: true, machine) == .reported ? .reported : .failed
        case .notYet, .transient, .rejected:
            guard isOutOfPatience else { return .failed }
            return try await self.report("\(error)", isDenied: false, machine) == .reported ? .reported : .failed
        }
    }

    /// A deployment that ignores such failures goes on.
    private func report(_ reason: String, isDenied: Bool, _ machine: CodeDeployDeployment) async throws -> Observation {
        var look = machine
        _ = look.alarmsUnavailable(reason, isDenied: isDenied, at: self.clock.now())
        guard look != machine else { return .unchanged }
        try await self.record { ($0.alarmsUnavailable(reason, isDenied: isDenied, at: $1), ()) }
        return .reported
    }
}
