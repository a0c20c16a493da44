internal import Synchronization

/// The values that were read lately from stored texts. What a text means never changes, so that no entry is ever out of
/// date: the store is asked for the text each time, only reading it is spared.
package final class ParsedTexts: Sendable {
    private struct Key: Hashable, Sendable {
        let type: ObjectIdentifier
        let text: String
    }

    /// Two generations: what nobody asked for while the newer one filled up is forgotten.
    private struct Generations: Sendable {
        var newer: [Key: any Sendable] = [:]
        var older: [Key: any Sendable] = [:]

        mutating func value(_ key: Key, capacity: Int) -> (any Sendable)? {
            if let value = self.newer[key] { return value }
            guard let value = self.older[key] else { return nil }
            self.insert(value, key, capacity: capacity)
            return value
        }

        mutating func insert(_ value: any Sendable, _ key: Key, capacity: Int) {
            if self.newer.count >= capacity { (self.older, self.newer) = (self.newer, [:]) }
            self.newer[key] = value
        }
    }

    private let capacity: Int
    private let longest: Int
    private let generations = Mutex(Generations())

    /// - Parameters:
    ///   - capacity: at most twice as many values are kept.
    ///   - longest: texts of more bytes are read each time.
    package init(capacity: Int = 256, longest: Int = 16 << 10) {
        self.capacity = capacity
        self.longest = longest
    }

    /// - Parameter read: called where the text is not known; must depend on nothing else.
    package func value<Value: Sendable, Failure>(
        of text: String, read: (String) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard text.utf8.count <= self.longest else { return try read(text) }
        let key = Key(type: ObjectIdentifier(Value.self), text: text)
        // In two steps: for an optional `Value`, what is absent would itself be one.
        if let known = self.generations.withLock({ $0.value(key, capacity: self.capacity) }),
            let value = known as? Value
        {
            return value
        }
        let value = try read(text)
        self.generations.withLock { $0.insert(value, key, capacity: self.capacity) }
        return value
    }
}
