/// What a failed attempt means for the attempts after it.
enum CommandSetback: Hashable, Sendable {
    /// It was done as far as it goes, or must wait for something that comes by itself: ask again in a moment.
    case notYet(reason: String)
    /// Throttling, a lost connection, an internal error of the service: ask again with growing pauses.
    case transient(reason: String)
    /// It will never work.
    case final
}
