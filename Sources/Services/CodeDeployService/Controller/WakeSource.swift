/// What makes a deployment look at the world again, besides its own timers.
package enum WakeSource: Sendable {
    /// ECS and ELBv2 are in this process: the store says when something changed.
    case changes
    /// They are elsewhere: look at this interval as well.
    case polling(every: Duration)

    /// After a look that failed nothing promises a change, so there is always another look.
    func interval(observationFailed: Bool) -> Duration? {
        switch self {
        case .changes: observationFailed ? .seconds(2) : nil
        case .polling(let interval): interval
        }
    }
}
