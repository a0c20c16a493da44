internal import CloudWatchAPI
internal import Model
internal import Monitoring
internal import Store
internal import WireProtocol

extension CloudWatchHandlers {
    /// Deletes what there is, then answers for what there was not.
    func deleteAlarms(_ input: CloudWatch.DeleteAlarmsInput, _ context: RequestContext) async throws -> EmptyShape {
        let names = Set(input.alarmNames)
        let scope = context.scope
        let now = self.clock.now()
        let missing = try await self.store.write { transaction in
            let found = try transaction.alarms(region: scope.region)
            let deleted = found.filter { names.contains($0.name) }
            guard deleted.filter({ $0.kind == .composite }).count <= 1 else {
                throw AWSError.validation("Only one composite alarm can be deleted per request.")
            }
            for parent in found where !names.contains(parent.name) {
                let children = try parent.rule()?.alarms.map(AlarmReference.name) ?? []
                guard let child = children.first(where: names.contains) else { continue }
                throw AWSError.validation(
                    "Alarm \(child) cannot be deleted as there are composite alarm(s) depending on it: \(parent.name)")
            }
            for alarm in deleted {
                try transaction.deleteAlarm(region: alarm.region, name: alarm.name)
                try transaction.append(AlarmHistoryLine.configuration(.deleted, of: alarm, at: now))
            }
            return names.subtracting(deleted.map(\.name))
        }
        guard missing.isEmpty else {
            throw CloudWatch.Errors.resourceNotFound(
                "Alarms [\(missing.sorted().joined(separator: ", "))] do not exist.")
        }
        return EmptyShape()
    }
}
