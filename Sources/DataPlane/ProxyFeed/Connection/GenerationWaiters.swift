internal import Synchronization
internal import TrafficRouting

/// Those who wait for a generation to be served. Pure bookkeeping; the caller resumes what it returns.
struct GenerationWaiters: Sendable {
    private var served: Generation
    private var isOpen = true
    private var nextID = 0
    private var waiting: [Int: (Generation, CheckedContinuation<Bool, Never>)] = [:]

    init(served: Generation) { self.served = served }

    enum Registration {
        case waiting(id: Int)
        case answered(Bool)
    }

    mutating func register(_ generation: Generation, _ continuation: CheckedContinuation<Bool, Never>, id: Int)
        -> Registration
    {
        if self.served >= generation { return .answered(true) }
        guard self.isOpen else { return .answered(false) }
        self.waiting[id] = (generation, continuation)
        return .waiting(id: id)
    }

    mutating func makeID() -> Int {
        self.nextID += 1
        return self.nextID
    }

    mutating func acknowledged(_ generation: Generation) -> [CheckedContinuation<Bool, Never>] {
        self.served = max(self.served, generation)
        let ready = self.waiting.filter { $0.value.0 <= self.served }
        for id in ready.keys { self.waiting[id] = nil }
        return ready.values.map(\.1)
    }

    /// The deadline of one waiter has passed.
    mutating func gaveUp(_ id: Int) -> CheckedContinuation<Bool, Never>? { self.waiting.removeValue(forKey: id)?.1 }

    mutating func closed() -> [CheckedContinuation<Bool, Never>] {
        self.isOpen = false
        defer { self.waiting = [:] }
        return self.waiting.values.map(\.1)
    }
}
