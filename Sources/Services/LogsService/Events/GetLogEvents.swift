internal import LogsAPI
internal import Model
internal import Store
internal import WireProtocol

extension LogsHandlers {
    private static let maximumPage = 10_000
    private static let maximumBytes = 1_048_576

    /// One page, always ascending; without a token the newest, or the oldest with `startFromHead`. The tokens stand before
    /// the first and behind the last event shown, so that the end is where a token comes back unchanged.
    func getLogEvents(_ input: Logs.GetLogEventsRequest, _ context: RequestContext) async throws
        -> Logs.GetLogEventsResponse
    {
        let name = try LogGroupReference.name(input.logGroupName, identifier: input.logGroupIdentifier)
        let token = try input.nextToken.map(LogToken.init)
        let direction: LogQuery.Direction
        switch token {
        case .forward(let position)?: direction = .forward(after: position)
        case .backward(let position)?: direction = .backward(before: position)
        case nil: direction = input.startFromHead == true ? .forward(after: nil) : .backward(before: nil)
        }
        let found = try await self.store.read { snapshot in
            let group = try snapshot.existingLogGroup(name, in: context.scope)
            let stream = try snapshot.existingLogStream(input.logStreamName, of: group)
            return try snapshot.logEvents(
                LogQuery(
                    groupID: group.id, streamIDs: [stream.id],
                    from: input.startTime.map { Timestamp(milliseconds: Int64($0)) },
                    until: input.endTime.map { Timestamp(milliseconds: Int64($0)) }, direction: direction,
                    limit: min(input.limit ?? Self.maximumPage, Self.maximumPage)))
        }
        var events = Self.withinSize(found)
        if case .backward = direction { events.reverse() }
        let (before, after) = Self.gap(at: token)
        return Logs.GetLogEventsResponse(
            events: events.map {
                Logs.OutputLogEvent(
                    timestamp: Int($0.time.milliseconds), message: $0.message,
                    ingestionTime: Int($0.ingestedAt.milliseconds))
            },
            nextForwardToken: LogToken.forward(events.last?.position ?? before).text,
            nextBackwardToken: LogToken.backward(events.first?.position ?? after).text)
    }

    /// An empty page leaves the reader where it was: between the event that a token names and its neighbour.
    private static func gap(at token: LogToken?) -> (before: LogPosition, after: LogPosition) {
        switch token {
        case .forward(let position)?: (position, LogPosition(time: position.time, id: position.id + 1))
        case .backward(let position)?: (LogPosition(time: position.time, id: position.id - 1), position)
        case nil: (LogPosition(time: .epoch, id: 0), LogPosition(time: .epoch, id: 0))
        }
    }

    /// The first events whose messages make up a reply of at most 1 MB; at least one.
    static func withinSize(_ events: [StoredLogEvent]) -> [StoredLogEvent] {
        var size = 0
        let fitting = events.prefix { event in
            size += event.message.utf8.count + 26
            return size <= Self.maximumBytes
        }
        return fitting.isEmpty ? Array(events.prefix(1)) : Array(fitting)
    }
}

/// A place between two events, and the direction to read on: `f/…` or `b/…`.
enum LogToken: Equatable, Sendable {
    case forward(LogPosition)
    case backward(LogPosition)

    /// - Throws: `InvalidParameterException` for a text that is no token.
    init(_ text: String) throws {
        let parts = text.dropFirst(2).split(separator: "-")
        guard parts.count == 2, let time = Int64(parts[0], radix: 16), let id = Int64(parts[1], radix: 16) else {
            throw Logs.Errors.invalidParameterException("The specified nextToken is invalid.")
        }
        let position = LogPosition(time: Timestamp(milliseconds: time), id: id)
        switch text.prefix(2) {
        case "f/": self = .forward(position)
        case "b/": self = .backward(position)
        default: throw Logs.Errors.invalidParameterException("The specified nextToken is invalid.")
        }
    }

    var position: LogPosition {
        switch self {
        case .forward(let position), .backward(let position): position
        }
    }

    var text: String {
        switch self {
        case .forward(let position): "f/" + Self.text(position)
        case .backward(let position): "b/" + Self.text(position)
        }
    }

    private static func text(_ position: LogPosition) -> String {
        func padded(_ value: Int64) -> String {
            let digits = String(value, radix: 16)
            return String(repeating: "0", count: max(0, 16 - digits.count)) + digits
        }
        return padded(position.time.milliseconds) + "-" + padded(position.id)
    }
}
