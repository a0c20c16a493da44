internal import CloudWatchAPI
package import WireProtocol

/// What CloudWatch says of alarms that somebody watches.
package struct AlarmStates: Equatable, Sendable {
    /// In `ALARM`, in the order in which they were asked for.
    package let ringing: [String]
    /// Asked for, but there are none of these names.
    package let missing: [String]
}

extension AWSClient {
    /// Metric and composite alarms of these names.
    /// - Throws: what DescribeAlarms throws.
    package func alarmStates(of names: [String]) async throws -> AlarmStates {
        var states: [String: CloudWatch.StateValue] = [:]
        // DescribeAlarms takes at most 100 names, and answers at most 100 alarms.
        for start in stride(from: 0, to: names.count, by: 100) {
            let part = Array(names[start..<min(start + 100, names.count)])
            let answer = try await self.call(
                CloudWatch.DescribeAlarms.self,
                .init(alarmNames: part, alarmTypes: [.metricAlarm, .compositeAlarm], maxRecords: 100))
            for alarm in answer.metricAlarms ?? [] {
                if let name = alarm.alarmName, let state = alarm.stateValue { states[name] = state }
            }
            for alarm in answer.compositeAlarms ?? [] {
                if let name = alarm.alarmName, let state = alarm.stateValue { states[name] = state }
            }
        }
        return AlarmStates(
            ringing: names.filter { states[$0] == .alarm }, missing: names.filter { states[$0] == nil })
    }
}
