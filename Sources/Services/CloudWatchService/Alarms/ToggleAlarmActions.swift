internal import CloudWatchAPI
internal import Model
internal import Store
internal import WireProtocol

extension CloudWatchHandlers {
    func enableAlarmActions(_ input: CloudWatch.EnableAlarmActionsInput, _ context: RequestContext) async throws
        -> EmptyShape
    {
        try await self.setActions(enabled: true, of: input.alarmNames, context)
    }

    func disableAlarmActions(_ input: CloudWatch.DisableAlarmActionsInput, _ context: RequestContext) async throws
        -> EmptyShape
    {
        try await self.setActions(enabled: false, of: input.alarmNames, context)
    }

    /// Names that no alarm has are passed over.
    private func setActions(enabled: Bool, of names: [String], _ context: RequestContext) async throws -> EmptyShape {
        let now = self.clock.now()
        try await self.store.write { transaction in
            for name in Set(names) {
                guard var alarm = try transaction.alarm(region: context.scope.region, name: name),
                    alarm.isActionsEnabled != enabled
                else { continue }
                alarm.isActionsEnabled = enabled
                alarm.configuredAt = now
                try transaction.save(alarm)
                try transaction.append(AlarmHistoryLine.configuration(.updated, of: alarm, at: now))
            }
        }
        return EmptyShape()
    }
}
