internal import HeapModule
internal import Model

/// The clock and the agenda of one seeded history, and its dice.
struct Timeline<Event> {
    private struct Entry: Comparable {
        let at: Timestamp
        /// Of two for the same moment, the one that was planned first comes first.
        let number: Int
        let event: Event

        static func < (left: Entry, right: Entry) -> Bool { (left.at, left.number) < (right.at, right.number) }
        static func == (left: Entry, right: Entry) -> Bool { left.number == right.number }
    }

    let seed: UInt64
    var random: SeededRandom
    private(set) var now = Timestamp(milliseconds: 1_800_000_000_000)
    /// Time that passed by itself, without the jumps of the clock.
    private(set) var elapsed = Duration.zero
    private(set) var hasJumped = false
    private var agenda = Heap<Entry>()
    private var planned = 0

    init(seed: UInt64) {
        self.seed = seed
        self.random = SeededRandom(seed: seed)
    }

    /// When the next event comes.
    var next: Timestamp? { self.agenda.min?.at }

    mutating func plan(_ event: Event, in delay: Duration) {
        self.planned += 1
        self.agenda.insert(Entry(at: self.now + delay, number: self.planned, event: event))
    }

    mutating func plan(_ event: Event, in range: ClosedRange<Int>) {
        self.plan(event, in: self.random.milliseconds(range))
    }

    /// Lets time pass until the next event.
    mutating func take() -> Event? {
        guard let entry = self.agenda.popMin() else { return nil }
        self.pass(until: entry.at)
        return entry.event
    }

    mutating func pass(until moment: Timestamp) {
        guard moment > self.now else { return }
        self.elapsed += moment - self.now
        self.now = moment
    }

    /// Somebody sets the clock.
    mutating func jump(_ distance: Duration) {
        self.hasJumped = true
        self.now = self.now + distance
    }
}
