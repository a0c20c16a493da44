internal import CloudWatchAPI
internal import Model
internal import Monitoring
internal import Store
internal import WireProtocol

extension CloudWatchHandlers {
    /// By name; only metric alarms unless `AlarmTypes` asks for others. Names that no alarm has are left out.
    func describeAlarms(_ input: CloudWatch.DescribeAlarmsInput, _ context: RequestContext) async throws
        -> CloudWatch.DescribeAlarmsOutput
    {
        guard input.alarmNames == nil || input.alarmNamePrefix == nil else {
            throw CloudWatch.Errors.invalidParameterCombinationException(
                "The parameters AlarmNames and AlarmNamePrefix are mutually exclusive and you have specified both.")
        }
        if input.childrenOfAlarmName != nil || input.parentsOfAlarmName != nil {
            return try await self.relatives(input, context)
        }
        let kinds = Set(input.alarmTypes?.map(\.rawValue) ?? [StoredAlarm.Kind.metric.rawValue])
        let names = input.alarmNames.map(Set.init)
        let last = try AlarmToken.name(input.nextToken)
        let found = try await self.store.read { try $0.alarms(region: context.scope.region, after: last) }
            .filter { alarm in
                guard kinds.contains(alarm.kind.rawValue), names?.contains(alarm.name) ?? true,
                    input.alarmNamePrefix.map({ alarm.name.hasPrefix($0) }) ?? true,
                    input.stateValue.map({ $0.rawValue == alarm.standing.state.rawValue }) ?? true
                else { return false }
                guard let prefix = input.actionPrefix else { return true }
                return try alarm.configured().actions.all.contains { $0.hasPrefix(prefix) }
            }
        let page = found.prefix(input.maxRecords ?? 50)
        return try Self.described(
            Array(page), in: context.scope,
            nextToken: page.count < found.count ? page.last.map { AlarmToken.encode($0.name) } : nil)
    }
}

extension CloudWatchHandlers {
    /// The alarms that a composite alarm's rule names, or the composite alarms whose rules name an alarm.
    private func relatives(_ input: CloudWatch.DescribeAlarmsInput, _ context: RequestContext) async throws
        -> CloudWatch.DescribeAlarmsOutput
    {
        guard input.childrenOfAlarmName == nil || input.parentsOfAlarmName == nil, input.alarmNames == nil,
            input.alarmNamePrefix == nil, input.alarmTypes == nil, input.stateValue == nil, input.actionPrefix == nil
        else {
            throw CloudWatch.Errors.invalidParameterCombinationException(
                "ChildrenOfAlarmName and ParentsOfAlarmName cannot be combined with other filters.")
        }
        let last = try AlarmToken.name(input.nextToken)
        let alarms = try await self.store.read { try $0.alarms(region: context.scope.region) }
        let found: [StoredAlarm]
        if let parent = input.childrenOfAlarmName {
            guard let composite = alarms.first(where: { $0.name == parent }) else {
                throw CloudWatch.Errors.resourceNotFound("Alarm \(parent) does not exist.")
            }
            let children = Set(try composite.rule()?.alarms.map { AlarmReference.name($0) } ?? [])
            found = alarms.filter { children.contains($0.name) }
        } else {
            found = try alarms.filter { alarm in
                try alarm.rule()?.alarms.contains { AlarmReference.name($0) == input.parentsOfAlarmName } ?? false
            }
        }
        let rest = found.filter { $0.name > last }
        let page = rest.prefix(input.maxRecords ?? 50)
        return try Self.described(
            Array(page), in: context.scope,
            nextToken: page.count < rest.count ? page.last.map { AlarmToken.encode($0.name) } : nil)
    }
}

/// How rules and requests name an alarm: by name or ARN.
enum AlarmReference {
    static func name(_ text: String) -> String {
        guard let arn = ARN(text), arn.service == "cloudwatch", arn.resource.hasPrefix("alarm:") else { return text }
        return String(arn.resource.dropFirst("alarm:".count))
    }
}

extension StoredAlarm {
    /// `nil` for a metric alarm.
    func rule() throws -> AlarmRule? {
        guard case .composite(let alarm) = try self.configured() else { return nil }
        return try AlarmRule(parsing: alarm.alarmRule ?? "")
    }
}
