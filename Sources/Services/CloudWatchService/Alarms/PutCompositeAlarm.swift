internal import CloudWatchAPI
internal import Model
internal import Monitoring
internal import Store
internal import WireProtocol

extension CloudWatchHandlers {
    /// As PutMetricAlarm; the rule is evaluated at once.
    func putCompositeAlarm(_ input: CloudWatch.PutCompositeAlarmInput, _ context: RequestContext) async throws
        -> EmptyShape
    {
        let unsupported: [(name: String, isSet: Bool)] = [
            ("ActionsSuppressor", input.actionsSuppressor != nil),
            ("ActionsSuppressorWaitPeriod", input.actionsSuppressorWaitPeriod != nil),
            ("ActionsSuppressorExtensionPeriod", input.actionsSuppressorExtensionPeriod != nil),
        ]
        for member in unsupported where member.isSet {
            throw AWSError.validation("The parameter \(member.name) is not supported by Teal.")
        }
        let alarm = CloudWatch.CompositeAlarm(
            alarmActions: input.alarmActions ?? [], alarmDescription: input.alarmDescription,
            alarmRule: input.alarmRule,
            insufficientDataActions: input.insufficientDataActions ?? [], okActions: input.okActions ?? [])
        try await self.put(
            .composite(alarm), kind: .composite, named: input.alarmName, isActionsEnabled: input.actionsEnabled ?? true,
            tags: input.tags, in: context.scope)
        return EmptyShape()
    }
}

/// What a composite alarm's rule may say.
enum CompositeAlarmRules {
    private static let mostChildren = 100

    /// - Throws: `ValidationError`.
    static func check(
        _ alarm: CloudWatch.CompositeAlarm, named name: String, in scope: Scope, _ snapshot: StoreSnapshot
    ) throws {
        let rule: AlarmRule
        do {
            rule = try AlarmRule(parsing: alarm.alarmRule ?? "")
        } catch {
            throw AWSError.validation("AlarmRule cannot be read: \(error)")
        }
        guard rule.alarms.count <= self.mostChildren else {
            throw AWSError.validation("AlarmRule names more than \(self.mostChildren) alarms.")
        }
        for reference in rule.alarms {
            let child = AlarmReference.name(reference)
            guard child != name else { throw AWSError.validation("AlarmRule names the alarm itself: \(name)") }
            if let arn = ARN(reference), arn.account != scope.account || arn.region != scope.region {
                throw AWSError.validation("AlarmRule names an alarm of another account or region: \(reference)")
            }
            guard try snapshot.alarm(region: scope.region, name: child) != nil else {
                throw AWSError.validation(
                    "Could not save the composite alarm as alarms [\(child)] in the alarm rule do not exist")
            }
        }
    }
}
