internal import HeapModule
package import Model

/// One moment a key, and the earliest of all at hand: however many there are, to set one and to take one costs the logarithm.
package struct Deadlines<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Comparable, Sendable {
        let moment: Timestamp
        let key: Key

        static func < (left: Entry, right: Entry) -> Bool { left.moment < right.moment }
        static func == (left: Entry, right: Entry) -> Bool { left.moment == right.moment }
    }

    private var moments: [Key: Timestamp] = [:]
    /// With entries that do not hold any more, but never on top.
    private var heap = Heap<Entry>()

    package init() {}

    package var next: Timestamp? { self.heap.min?.moment }

    package subscript(key: Key) -> Timestamp? {
        get { self.moments[key] }
        set {
            guard self.moments[key] != newValue else { return }
            self.moments[key] = newValue
            if let newValue { self.heap.insert(Entry(moment: newValue, key: key)) }
            self.clear()
        }
    }

    /// Keys whose moment has come; they have none any more.
    package mutating func takeDue(at now: Timestamp) -> Set<Key> {
        var due: Set<Key> = []
        while let first = self.heap.min, first.moment <= now {
            due.insert(first.key)
            self[first.key] = nil
        }
        return due
    }

    private mutating func clear() {
        while let first = self.heap.min, self.moments[first.key] != first.moment { self.heap.removeMin() }
        guard self.heap.count > 2 * self.moments.count + 64 else { return }
        self.heap = Heap(self.moments.map { Entry(moment: $0.value, key: $0.key) })
    }
}
