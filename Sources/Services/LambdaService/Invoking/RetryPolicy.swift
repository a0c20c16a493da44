internal import Model

/// When an asynchronous invocation runs again (Lambda, "asynchronous invocation": two retries after one and two minutes for
/// function errors; growing pauses for throttles and faults, until the event is too old).
struct RetryPolicy: Equatable, Sendable {
    static let standardRetries = 2
    static let standardMaximumAge: Duration = .hours(6)

    let retriesOnError: Int
    let maximumAge: Duration

    enum Decision: Equatable, Sendable {
        case retry(at: Timestamp)
        case giveUp
    }

    func isExpired(acceptedAt: Timestamp, at now: Timestamp) -> Bool { now - acceptedAt > self.maximumAge }

    /// - Parameter failures: attempts that have failed, this one included; at least 1.
    func afterFunctionError(failures: Int, acceptedAt: Timestamp, at now: Timestamp) -> Decision {
        guard failures <= self.retriesOnError else { return .giveUp }
        return self.retry(at: now + .minutes(failures), acceptedAt: acceptedAt)
    }

    /// - Parameter postponements: in a row, this one included; at least 1.
    func afterPostponement(postponements: Int, acceptedAt: Timestamp, at now: Timestamp) -> Decision {
        let seconds = min(300, 1 << min(postponements - 1, 9))
        return self.retry(at: now + .seconds(seconds), acceptedAt: acceptedAt)
    }

    private func retry(at time: Timestamp, acceptedAt: Timestamp) -> Decision {
        self.isExpired(acceptedAt: acceptedAt, at: time) ? .giveUp : .retry(at: time)
    }
}
