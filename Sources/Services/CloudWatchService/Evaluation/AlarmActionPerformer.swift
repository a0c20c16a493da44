internal import LambdaAPI
internal import Logging
internal import Model
internal import Monitoring
internal import ServiceLifecycle
internal import Store
internal import WireProtocol

/// Performs the actions that transitions ask for, oldest first, and writes into the history what became of each. An action
/// whose result was not written before a crash is performed again.
struct AlarmActionPerformer: Service {
    let store: Store
    let aws: AWSClient
    let account: String
    let clock: any WallClock
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in self.store.changes.watch([.alarms]) {
                do {
                    try await self.performAll()
                } catch is CancellationError {
                    return
                } catch {
                    self.logger.error("actions of alarms could not be performed", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    func performAll() async throws {
        for alarm in try await self.store.read({ try $0.alarmsWithPendingActions() }) {
            for action in alarm.pendingActions {
                let failure = try await self.perform(action, of: alarm)
                CrashPoint.reached("alarm-action-performed")
                let now = self.clock.now()
                try await self.store.write { transaction in
                    guard var current = try transaction.alarm(region: alarm.region, name: alarm.name),
                        let index = current.pendingActions.firstIndex(of: action)
                    else { return }
                    current.pendingActions.remove(at: index)
                    try transaction.save(current)
                    try transaction.append(AlarmHistoryLine.action(action, of: alarm, failure: failure, at: now))
                }
            }
        }
    }

    /// - Returns: why it failed, or `nil`.
    private func perform(_ action: PendingAlarmAction, of alarm: StoredAlarm) async throws -> String? {
        guard let arn = ARN(action.arn) else { return "\(action.arn) is no ARN" }
        guard arn.service == "lambda", arn.resource.hasPrefix("function:") else {
            return "Teal does not support alarm actions of \(arn.service)"
        }
        let event = try AlarmEvent(alarm, action.change, in: Scope(account: self.account, region: alarm.region))
        do {
            _ = try await self.aws.acting(in: arn.scope).call(
                Lambda.Invoke.self,
                .init(functionName: action.arn, invocationType: .event, payload: event.json.serialized))
            return nil
        } catch let error as AWSError {
            self.logger.warning(
                "an alarm's action failed",
                metadata: ["alarm": "\(alarm.name)", "action": "\(action.arn)", "error": "\(error)"])
            return error.description
        }
    }
}
