internal import CloudWatchAPI
internal import Model
internal import Monitoring
internal import Store
internal import WireProtocol

extension CloudWatchHandlers {
    /// How long a state that was set by hand is left alone, so that whoever looks every few seconds sees it. Real time,
    /// however fast alarms are evaluated.
    private static let hold = Duration.seconds(10)

    /// Until the next evaluation; of a composite alarm, until an alarm of its rule changes.
    func setAlarmState(_ input: CloudWatch.SetAlarmStateInput, _ context: RequestContext) async throws -> EmptyShape {
        if let data = input.stateReasonData {
            guard case .object = try? JSONValue(parsing: data) else {
                throw CloudWatch.Errors.invalidFormatFault("The parameter StateReasonData must be a JSON object.")
            }
        }
        guard let state = AlarmState(rawValue: input.stateValue.rawValue) else {
            throw AWSError.validation("The value \(input.stateValue) for parameter StateValue is invalid.")
        }
        let now = self.clock.now()
        try await self.store.write { transaction in
            guard let alarm = try transaction.alarm(region: context.scope.region, name: input.alarmName) else {
                throw CloudWatch.Errors.resourceNotFound("Alarm \(input.alarmName) does not exist.")
            }
            try transaction.set(
                AlarmStateChange.Standing(
                    state: state, reason: input.stateReason, reasonData: input.stateReasonData, since: now),
                of: alarm, heldUntil: now + Self.hold)
            try transaction.settleCompositeAlarms(
                after: [alarm.name], excluding: alarm.name, in: context.scope, at: now)
        }
        return EmptyShape()
    }
}
