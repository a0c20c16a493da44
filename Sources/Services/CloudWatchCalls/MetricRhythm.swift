package import Model

/// When metrics are published: once a minute, on the minute. The time scale divides the minute as it divides the periods of
/// alarms, down to a second: the proxy counts no finer than that.
package struct MetricRhythm: Sendable {
    package let interval: Duration

    package init(_ timeScale: TimeScale) { self.interval = max(timeScale.wait(.minutes(1)), .seconds(1)) }

    /// The next moment at which an interval is over.
    package func next(after now: Timestamp) -> Timestamp {
        let step = self.interval.milliseconds
        return Timestamp(milliseconds: (now.milliseconds / step + 1) * step)
    }
}
