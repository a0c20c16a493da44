internal import CloudWatchAPI
internal import Model
internal import Monitoring
internal import Store
internal import WireProtocol

extension CloudWatchHandlers {
    /// Makes the alarm, or overwrites all of its configuration: state and tags stay.
    func putMetricAlarm(_ input: CloudWatch.PutMetricAlarmInput, _ context: RequestContext) async throws -> EmptyShape {
        let rules = MetricAlarmRules(input: input, account: context.scope.account)
        try rules.check()
        let alarm = CloudWatch.MetricAlarm(
            alarmDescription: input.alarmDescription, okActions: input.okActions ?? [],
            alarmActions: input.alarmActions ?? [], insufficientDataActions: input.insufficientDataActions ?? [],
            metricName: input.metricName, namespace: input.namespace, statistic: input.statistic,
            extendedStatistic: input.extendedStatistic,
            dimensions: input.metrics == nil ? input.dimensions ?? [] : nil, period: input.period, unit: input.unit,
            evaluationPeriods: input.evaluationPeriods, datapointsToAlarm: input.datapointsToAlarm,
            threshold: input.threshold, comparisonOperator: input.comparisonOperator,
            treatMissingData: input.treatMissingData,
            evaluateLowSampleCountPercentile: input.evaluateLowSampleCountPercentile, metrics: input.metrics ?? [])
        try await self.put(
            .metric(alarm), kind: .metric, named: input.alarmName, isActionsEnabled: input.actionsEnabled ?? true,
            tags: input.tags, in: context.scope)
        return EmptyShape()
    }

    /// What both kinds of alarms have in common.
    func put(
        _ configuration: AlarmConfiguration, kind: StoredAlarm.Kind, named name: String, isActionsEnabled: Bool,
        tags: [CloudWatch.Tag]?, in scope: Scope
    ) async throws {
        try AlarmActionRules.check(configuration)
        let tags = try AlarmTags.read(tags ?? [])
        let now = self.clock.now()
        try await self.store.write { transaction in
            let existing = try transaction.alarm(region: scope.region, name: name)
            if let existing, existing.kind != kind {
                throw AWSError.validation("Alarm \(name) exists already and is a \(existing.kind.rawValue).")
            }
            if case .composite(let alarm) = configuration {
                try CompositeAlarmRules.check(alarm, named: name, in: scope, transaction)
            }
            var alarm =
                existing
                ?? StoredAlarm(
                    region: scope.region, name: name, kind: kind, configuration: "", configuredAt: now,
                    isActionsEnabled: isActionsEnabled,
                    standing: .init(
                        state: .insufficientData, reason: "Unchecked: Initial alarm creation", reasonData: nil,
                        since: now),
                    stateTransitionedAt: now, tags: AlarmTags.encode(tags))
            alarm.configuration = configuration.stored
            alarm.configuredAt = now
            alarm.isActionsEnabled = isActionsEnabled
            try transaction.save(alarm)
            try transaction.append(
                AlarmHistoryLine.configuration(existing == nil ? .created : .updated, of: alarm, at: now))
            try transaction.settleCompositeAlarms(after: [name], in: scope, at: now)
        }
    }
}
