internal import CloudWatchAPI
internal import Model
internal import Monitoring
internal import Store
internal import WireProtocol

/// What an alarm does in each of its states.
struct AlarmActions: Equatable {
    let ok: [String]
    let alarm: [String]
    let insufficientData: [String]

    var all: [String] { self.ok + self.alarm + self.insufficientData }

    subscript(state: AlarmState) -> [String] {
        switch state {
        case .ok: self.ok
        case .alarm: self.alarm
        case .insufficientData: self.insufficientData
        }
    }
}

/// An alarm's configuration as the shape that describes it.
enum AlarmConfiguration {
    case metric(CloudWatch.MetricAlarm)
    case composite(CloudWatch.CompositeAlarm)

    var actions: AlarmActions {
        switch self {
        case .metric(let alarm):
            AlarmActions(
                ok: alarm.okActions ?? [], alarm: alarm.alarmActions ?? [],
                insufficientData: alarm.insufficientDataActions ?? [])
        case .composite(let alarm):
            AlarmActions(
                ok: alarm.okActions ?? [], alarm: alarm.alarmActions ?? [],
                insufficientData: alarm.insufficientDataActions ?? [])
        }
    }

    var stored: String {
        switch self {
        case .metric(let alarm): StoredShape.encode(alarm)
        case .composite(let alarm): StoredShape.encode(alarm)
        }
    }
}

extension StoredAlarm {
    func configured() throws -> AlarmConfiguration {
        switch self.kind {
        case .metric: .metric(try StoredShape.decode(CloudWatch.MetricAlarm.self, from: self.configuration))
        case .composite: .composite(try StoredShape.decode(CloudWatch.CompositeAlarm.self, from: self.configuration))
        }
    }

    func arn(in scope: Scope) -> String { scope.arn("cloudwatch", "alarm:\(self.name)").description }
}

extension CloudWatchHandlers {
    /// The alarms of a page, each with its state.
    static func described(_ alarms: [StoredAlarm], in scope: Scope, nextToken: String?) throws
        -> CloudWatch.DescribeAlarmsOutput
    {
        var output = CloudWatch.DescribeAlarmsOutput(compositeAlarms: [], metricAlarms: [], nextToken: nextToken)
        for stored in alarms {
            let state = CloudWatch.StateValue(rawValue: stored.standing.state.rawValue)
            switch try stored.configured() {
            case .metric(var alarm):
                alarm.alarmName = stored.name
                alarm.alarmArn = stored.arn(in: scope)
                alarm.actionsEnabled = stored.isActionsEnabled
                alarm.alarmConfigurationUpdatedTimestamp = stored.configuredAt
                alarm.stateValue = state
                alarm.stateReason = stored.standing.reason
                alarm.stateReasonData = stored.standing.reasonData
                alarm.stateUpdatedTimestamp = stored.standing.since
                alarm.stateTransitionedTimestamp = stored.stateTransitionedAt
                output.metricAlarms?.append(alarm)
            case .composite(var alarm):
                alarm.alarmName = stored.name
                alarm.alarmArn = stored.arn(in: scope)
                alarm.actionsEnabled = stored.isActionsEnabled
                alarm.alarmConfigurationUpdatedTimestamp = stored.configuredAt
                alarm.stateValue = state
                alarm.stateReason = stored.standing.reason
                alarm.stateReasonData = stored.standing.reasonData
                alarm.stateUpdatedTimestamp = stored.standing.since
                alarm.stateTransitionedTimestamp = stored.stateTransitionedAt
                output.compositeAlarms?.append(alarm)
            }
        }
        return output
    }
}

/// Tokens of pages whose order is that of names: they name the last item that was shown.
enum AlarmToken {
    static func encode(_ name: String) -> String { Base64.encode(Array(name.utf8)) }

    /// Empty for the first page.
    /// - Throws: `InvalidNextToken` for a text that was not given out here.
    static func name(_ token: String?) throws -> String {
        guard let token else { return "" }
        guard let bytes = Base64.decode(token), let name = String(validating: bytes, as: UTF8.self) else {
            throw CloudWatch.Errors.invalidNextToken("The value for parameter NextToken is invalid.")
        }
        return name
    }
}
