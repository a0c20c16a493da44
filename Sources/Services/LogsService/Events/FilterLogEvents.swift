internal import LogsAPI
internal import Model
internal import Store
internal import WireProtocol

extension LogsHandlers {
    private static let maximumPage = 10_000
    /// Events that one call looks at; a page may be short, or empty with a token.
    private static let maximumScan = 50_000

    /// Events of several streams by time, then by ingestion, whether or not `interleaved` asks for it.
    func filterLogEvents(
        _ input: Logs.FilterLogEventsRequest, _ context: RequestContext
    ) async throws -> Logs.FilterLogEventsResponse {
        let name = try LogGroupReference.name(input.logGroupName, identifier: input.logGroupIdentifier)
        guard input.logStreamNames == nil || input.logStreamNamePrefix == nil else {
            throw Logs.Errors.invalidParameterException(
                "logStreamNames and logStreamNamePrefix are mutually exclusive.")
        }
        let pattern: FilterPattern
        do {
            pattern = try FilterPattern(input.filterPattern ?? "")
        } catch {
            throw Logs.Errors.invalidParameterException("\(error)")
        }
        let limit = min(input.limit ?? Self.maximumPage, Self.maximumPage)
        let start = try input.nextToken.map { try LogToken($0).position }
        let page = try await self.store.read { snapshot in
            let group = try snapshot.existingLogGroup(name, in: context.scope)
            var query = LogQuery(
                groupID: group.id, streamIDs: try snapshot.streams(of: group, input),
                from: input.startTime.map { Timestamp(milliseconds: Int64($0)) },
                // Unlike GetLogEvents, the end of the range belongs to it.
                until: input.endTime.map { Timestamp(milliseconds: Int64($0)) + .milliseconds(1) },
                direction: .forward(after: start),
                limit: 5_000)
            var matches: [StoredLogEvent] = []
            var scanned = 0
            var size = 0
            var last = start
            while scanned < Self.maximumScan {
                let events = try snapshot.logEvents(query)
                for event in events {
                    if pattern.matches(event.message) {
                        size += event.message.utf8.count + 26
                        let isFull = matches.count == limit || (size > 1_048_576 && !matches.isEmpty)
                        if isFull { return (matches: matches, next: last) }
                        matches.append(event)
                    }
                    last = event.position
                }
                guard events.count == query.limit else { return (matches: matches, next: nil) }
                scanned += events.count
                query.direction = .forward(after: last)
            }
            return (matches: matches, next: last)
        }
        return Logs.FilterLogEventsResponse(
            events: page.matches.map {
                Logs.FilteredLogEvent(
                    logStreamName: $0.streamName, timestamp: Int($0.time.milliseconds), message: $0.message,
                    ingestionTime: Int($0.ingestedAt.milliseconds), eventId: $0.eventID)
            },
            searchedLogStreams: [], nextToken: page.next.map { LogToken.forward($0).text })
    }
}

extension LogSnapshot {
    /// The streams that a request is about; `nil` for all.
    fileprivate func streams(of group: StoredLogGroup, _ input: Logs.FilterLogEventsRequest) throws -> [Int64]? {
        if let names = input.logStreamNames {
            return try names.map { try self.existingLogStream($0, of: group).id }
        }
        guard let prefix = input.logStreamNamePrefix else { return nil }
        return try self.logStreams(groupID: group.id).filter { $0.name.hasPrefix(prefix) }.map(\.id)
    }
}

extension StoredLogEvent {
    /// 56 digits, as AWS's are: unique, and the same at every look.
    fileprivate var eventID: String {
        func padded(_ value: Int64, _ length: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, length - digits.count)) + digits
        }
        return "3" + padded(self.time.milliseconds, 18) + padded(self.id, 37)
    }
}
