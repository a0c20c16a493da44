/// The members of a structure that are set, by member name of the model. A list, not a hash table: structures have few
/// members, and codecs ask for them in the order in which they were set.
package struct WireMembers: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    package typealias Entry = (key: String, value: WireValue)

    package private(set) var entries: [Entry] = []
    /// The entries stand in the order of the schema: one that is not next comes no more.
    private var isInModelOrder = false

    package init() {}

    package init(dictionaryLiteral elements: (String, WireValue)...) {
        for (name, value) in elements { self[name] = value }
    }

    /// For a generated shape, which sets each of its members once, in the order of its schema.
    static func inModelOrder() -> WireMembers {
        var members = WireMembers()
        members.isInModelOrder = true
        return members
    }

    package var isEmpty: Bool { self.entries.isEmpty }

    package var count: Int { self.entries.count }

    /// `nil` removes the member.
    package subscript(name: String) -> WireValue? {
        get { self.entries.first { $0.key == name }?.value }
        set {
            guard let index = self.entries.firstIndex(where: { $0.key == name }) else {
                guard let newValue else { return }
                self.isInModelOrder = false
                self.entries.append((key: name, value: newValue))
                return
            }
            if let newValue { self.entries[index].value = newValue } else { self.entries.remove(at: index) }
        }
    }

    /// Adds a member that is not there yet.
    mutating func append(_ name: String, _ value: WireValue) { self.entries.append((key: name, value: value)) }

    /// The members that a filter passes, in the same order.
    package func filter(_ isIncluded: (Entry) -> Bool) -> WireMembers {
        var members = self
        members.entries = self.entries.filter(isIncluded)
        return members
    }

    /// The set members of a structure in the order of its schema.
    func forEach(of structure: StructureSchema, _ body: (MemberSchema, WireValue) -> Void) {
        var next = 0
        for member in structure.members {
            if next < self.entries.count, self.entries[next].key == member.name {
                body(member, self.entries[next].value)
                next += 1
            } else if !self.isInModelOrder, let value = self[member.name] {
                body(member, value)
            }
        }
    }

    /// The order of the entries does not count.
    package static func == (left: WireMembers, right: WireMembers) -> Bool {
        left.count == right.count && left.entries.allSatisfy { right[$0.key] == $0.value }
    }
}
