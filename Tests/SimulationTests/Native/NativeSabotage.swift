/// A bug planted into how the machines are driven, or into what they ask for: the invariants must find each.
enum NativeSabotage: CaseIterable {
    /// The source loses its tasks as soon as the first weight is served.
    case retireSourceEarly
    /// Containers are stopped before their targets have drained.
    case skipDraining
    /// A side without a healthy target takes weight.
    case ignoreHealth
    /// The two weights of a step do not add up.
    case loseWeight
    /// A weight counts as served when it is stored.
    case acknowledgeTooEarly
    /// On the way back the weights stay as they are, and the load balancer says that they moved.
    case leaveSplit
    /// On the way back the target keeps its tasks.
    case keepTarget
    /// A crash brings back a value from some commits ago.
    case loseCommits
    /// The next deployment does not wait for the one before.
    case startTogether
    /// Functions are said to have succeeded that were never called.
    case skipHooks
    /// Nobody fires timers.
    case loseTimers

    /// How the violations read that it may be found by.
    var traces: [String] {
        switch self {
        case .retireSourceEarly: ["is retired", "is stopped while"]
        case .skipDraining: ["has not drained"]
        case .ignoreHealth: ["no healthy target"]
        case .loseWeight: ["add up"]
        case .acknowledgeTooEarly: ["is retired", "is stopped while", "does not serve alone", "what it was"]
        case .leaveSplit: ["what it was", "is stopped while"]
        case .keepTarget: ["what it was"]
        case .loseCommits:
            [
                "counts twice", "begins again", "no healthy target", "is retired", "is stopped while", "what it was",
                "does not serve alone",
            ]
        case .startTogether: ["active at once"]
        case .skipHooks: ["without its function"]
        case .loseTimers: ["waits for nothing", "does not end", "never ends", "come to rest"]
        }
    }
}
