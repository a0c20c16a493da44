internal import LogsAPI
internal import Model
internal import Store
internal import WireProtocol

extension LogsHandlers {
    /// Stores what is neither too old nor too new, and names the rest. Sequence tokens are ignored, as AWS does by now.
    func putLogEvents(_ input: Logs.PutLogEventsRequest, _ context: RequestContext) async throws
        -> Logs.PutLogEventsResponse
    {
        let now = self.clock.now()
        try LogBatch.check(input.logEvents)
        let events = input.logEvents.map { (time: Timestamp(milliseconds: Int64($0.timestamp)), message: $0.message) }
        let rejected = try await self.store.write { transaction in
            let group = try transaction.existingLogGroup(input.logGroupName, in: context.scope)
            let stream = try transaction.existingLogStream(input.logStreamName, of: group)
            let batch = LogBatch(times: events.map(\.time), retentionDays: group.retentionDays, at: now)
            try transaction.appendLogEvents(Array(events[batch.accepted]), to: stream, at: now)
            return batch
        }
        return Logs.PutLogEventsResponse(
            nextSequenceToken: PutLogEventsToken.value,
            rejectedLogEventsInfo: rejected.isWhole
                ? nil
                : Logs.RejectedLogEventsInfo(
                    tooNewLogEventStartIndex: rejected.tooNewStart, tooOldLogEventEndIndex: rejected.tooOldEnd,
                    expiredLogEventEndIndex: rejected.expiredEnd))
    }
}

/// Which events of a batch are taken (PutLogEvents: nothing from more than two hours ahead, from more than 14 days back or
/// from before the group's retention).
struct LogBatch: Equatable, Sendable {
    let accepted: Range<Int>
    /// Inclusive.
    let tooNewStart: Int?
    /// Exclusive.
    let tooOldEnd: Int?
    /// Exclusive.
    let expiredEnd: Int?

    var isWhole: Bool { self.tooNewStart == nil && self.tooOldEnd == nil && self.expiredEnd == nil }

    /// - Parameter times: ascending.
    init(times: [Timestamp], retentionDays: Int?, at now: Timestamp) {
        let tooNew = times.firstIndex { $0 > now + .hours(2) } ?? times.count
        let tooOld = times.firstIndex { $0 >= now - .hours(24 * 14) } ?? times.count
        let expired =
            retentionDays.map { days in times.firstIndex { $0 >= now - .hours(24 * days) } ?? times.count } ?? 0
        let start = max(tooOld, expired)
        self.accepted = start..<max(start, tooNew)
        self.tooNewStart = tooNew < times.count ? tooNew : nil
        self.tooOldEnd = tooOld > 0 ? tooOld : nil
        self.expiredEnd = expired > 0 ? expired : nil
    }

    /// The limits of a whole request.
    static func check(_ events: [Logs.InputLogEvent]) throws {
        guard let first = events.first, let last = events.last else { return }
        guard events.count <= 10_000 else {
            throw Logs.Errors.invalidParameterException("The batch of log events has more than 10000 events.")
        }
        let size = events.reduce(0) { $0 + $1.message.utf8.count + 26 }
        guard size <= 1_048_576 else {
            throw Logs.Errors.invalidParameterException("Upload too large: \(size) bytes exceeds limit of 1048576")
        }
        guard zip(events, events.dropFirst()).allSatisfy({ $0.timestamp <= $1.timestamp }) else {
            throw Logs.Errors.invalidParameterException(
                "Log events in a single PutLogEvents request must be in chronological order.")
        }
        guard last.timestamp - first.timestamp <= 86_400_000 else {
            throw Logs.Errors.invalidParameterException(
                "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
        }
    }
}
