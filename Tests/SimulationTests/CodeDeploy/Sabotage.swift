/// A bug planted into what the machine asks for or into how it is driven: the invariants must find each.
enum Sabotage: CaseIterable {
    /// Blue is deleted as soon as the first weight is served.
    case deleteBlueEarly
    /// Every target is taken for healthy.
    case ignoreHealth
    /// The two weights of a step do not add up.
    case loseWeight
    /// A weight counts as served when it is stored.
    case acknowledgeTooEarly
    /// A crash brings back a value from some commits ago.
    case loseCommits
    /// A failed deployment's rollback is not started.
    case dropRollback
    /// Functions report that never ran.
    case skipHooks

    /// How the violations read that it may be found by.
    var traces: [String] {
        switch self {
        case .deleteBlueEarly: ["is deleted"]
        case .ignoreHealth: ["no healthy target"]
        case .loseWeight: ["add up"]
        case .acknowledgeTooEarly: ["is deleted while", "green does not serve alone", "not what they were", "half-way"]
        case .loseCommits: ["counts twice", "no healthy target", "is deleted", "half-way", "not what they were"]
        case .dropRollback: ["is not rolled back"]
        case .skipHooks: ["without its function having run"]
        }
    }
}
