internal import Model

/// When alarms are evaluated. CloudWatch looks once a minute, every ten seconds at alarms of shorter periods; both, and the
/// periods themselves, pass faster by `--time-scale`, though never below a second.
struct AlarmClock {
    private static let shortest = Duration.seconds(1)

    let timeScale: TimeScale

    /// How long one period of an alarm lasts here.
    /// - Parameter period: seconds.
    func length(ofPeriod period: Int) -> Duration { self.scaled(.seconds(period)) }

    /// Between two looks at an alarm.
    func cadence(ofPeriod period: Int) -> Duration { self.scaled(.seconds(period < 60 ? 10 : 60)) }

    /// The last moment that ended a period of this cadence and whose grace is over.
    func tick(of cadence: Duration, at now: Timestamp) -> Timestamp {
        let moment = now - Self.grace(cadence)
        return Timestamp(milliseconds: moment.milliseconds / cadence.milliseconds * cadence.milliseconds)
    }

    /// When the tick after this one is due.
    func due(after tick: Timestamp, of cadence: Duration) -> Timestamp { tick + cadence + Self.grace(cadence) }

    /// How long after a period's end it is looked at, so that what was measured in it has come in.
    private static func grace(_ cadence: Duration) -> Duration { min(cadence / 10, .seconds(2)) }

    private func scaled(_ duration: Duration) -> Duration { max(Self.shortest, self.timeScale.wait(duration)) }
}
