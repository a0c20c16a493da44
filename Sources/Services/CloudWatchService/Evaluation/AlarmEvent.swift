internal import CloudWatchAPI
internal import Model
internal import Monitoring
internal import Store

/// What a function is told that is an alarm's action ("Invoke a Lambda function from an alarm").
struct AlarmEvent {
    let json: JSONValue

    init(_ alarm: StoredAlarm, _ change: AlarmStateChange, in scope: Scope) throws {
        self.json = .object([
            .init("source", .string("aws.cloudwatch")), .init("alarmArn", .string(alarm.arn(in: scope))),
            .init("accountId", .string(scope.account)),
            .init("time", .string(AlarmTime.offset(change.to.since))), .init("region", .string(alarm.region)),
            .init(
                "alarmData",
                .object([
                    .init("alarmName", .string(alarm.name)), .init("state", Self.json(change.to)),
                    .init("previousState", Self.json(change.from)),
                    .init("configuration", try Self.configuration(alarm)),
                ])),
        ])
    }

    private static func json(_ standing: AlarmStateChange.Standing) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("value", .string(standing.state.rawValue)), .init("reason", .string(standing.reason)),
        ]
        if let data = standing.reasonData { members.append(.init("reasonData", .string(data))) }
        members.append(.init("timestamp", .string(AlarmTime.offset(standing.since))))
        return .object(members)
    }

    private static func configuration(_ stored: StoredAlarm) throws -> JSONValue {
        var members: [JSONValue.Member] = []
        func add(_ name: String, _ text: String?) {
            if let text { members.append(.init(name, .string(text))) }
        }
        switch try stored.configured() {
        case .composite(let alarm):
            add("description", alarm.alarmDescription)
            add("alarmRule", alarm.alarmRule)
        case .metric(let alarm):
            add("description", alarm.alarmDescription)
            let queries = alarm.metrics ?? []
            members.append(
                .init(
                    "metrics",
                    .array(queries.isEmpty ? [self.metric(of: alarm)] : queries.map(self.metric(of:)))))
        }
        return .object(members)
    }

    private static func metric(of alarm: CloudWatch.MetricAlarm) -> JSONValue {
        self.object(
            id: "m1",
            stat: self.stat(
                namespace: alarm.namespace, name: alarm.metricName, dimensions: alarm.dimensions, period: alarm.period,
                statistic: alarm.statistic?.rawValue ?? alarm.extendedStatistic, unit: alarm.unit),
            expression: nil, label: nil, isReturned: true)
    }

    private static func metric(of query: CloudWatch.MetricDataQuery) -> JSONValue {
        self.object(
            id: query.id,
            stat: query.metricStat.map {
                self.stat(
                    namespace: $0.metric.namespace, name: $0.metric.metricName, dimensions: $0.metric.dimensions,
                    period: $0.period, statistic: $0.stat, unit: $0.unit)
            },
            expression: query.expression, label: query.label, isReturned: query.returnData ?? true)
    }

    private static func object(
        id: String, stat: JSONValue?, expression: String?, label: String?, isReturned: Bool
    ) -> JSONValue {
        var members: [JSONValue.Member] = [.init("id", .string(id))]
        if let stat { members.append(.init("metricStat", stat)) }
        if let expression { members.append(.init("expression", .string(expression))) }
        if let label { members.append(.init("label", .string(label))) }
        members.append(.init("returnData", .bool(isReturned)))
        return .object(members)
    }

    private static func stat(
        namespace: String?, name: String?, dimensions: [CloudWatch.Dimension]?, period: Int?, statistic: String?,
        unit: CloudWatch.StandardUnit?
    ) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init(
                "metric",
                .object([
                    .init("namespace", .string(namespace ?? "")), .init("name", .string(name ?? "")),
                    .init(
                        "dimensions", .object((dimensions ?? []).map { .init($0.name, .string($0.value)) })),
                ]))
        ]
        if let period { members.append(.init("period", .integer(Int64(period)))) }
        if let statistic { members.append(.init("stat", .string(statistic))) }
        if let unit { members.append(.init("unit", .string(unit.rawValue))) }
        return .object(members)
    }
}
