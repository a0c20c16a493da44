internal import CloudWatchAPI
internal import Model
internal import Store
internal import WireProtocol

extension CloudWatchHandlers {
    /// Newest first unless asked otherwise; only of metric alarms unless `AlarmTypes` asks for others.
    func describeAlarmHistory(_ input: CloudWatch.DescribeAlarmHistoryInput, _ context: RequestContext) async throws
        -> CloudWatch.DescribeAlarmHistoryOutput
    {
        var filter = AlarmHistoryFilter()
        filter.alarmName = input.alarmName
        filter.itemType = input.historyItemType?.rawValue
        filter.kinds = (input.alarmTypes ?? [.metricAlarm]).compactMap { StoredAlarm.Kind(rawValue: $0.rawValue) }
        filter.from = input.startDate
        filter.until = input.endDate
        filter.isNewestFirst = input.scanBy != .timestampAscending
        filter.after = try input.nextToken.map { token in
            guard let last = Int64(try AlarmToken.name(token)) else {
                throw CloudWatch.Errors.invalidNextToken("The value for parameter NextToken is invalid.")
            }
            return last
        }
        let limit = input.maxRecords ?? 100
        let wanted = filter
        // Alarms of one contributor each are not supported: none of them has a history.
        let found =
            input.alarmContributorId != nil
            ? []
            : try await self.store.read {
                try $0.alarmHistory(region: context.scope.region, wanted, limit: limit + 1)
            }
        let page = found.prefix(limit)
        return CloudWatch.DescribeAlarmHistoryOutput(
            alarmHistoryItems: page.map { item in
                CloudWatch.AlarmHistoryItem(
                    alarmName: item.alarmName, alarmType: CloudWatch.AlarmType(rawValue: item.kind.rawValue),
                    timestamp: item.time, historyItemType: CloudWatch.HistoryItemType(rawValue: item.type.rawValue),
                    historySummary: item.summary, historyData: item.data)
            },
            nextToken: page.count < found.count ? page.last.map { AlarmToken.encode(String($0.id)) } : nil)
    }
}
