internal import Model

@testable internal import WireProtocol

/// A value of a schema with every member set: texts that every protocol must escape, and numbers that none may round.
enum SampleValue {
    static func value(of schema: Schema) -> WireValue {
        switch schema {
        case .boolean: .boolean(true)
        // Also a status code that a reply may have.
        case .integer: .integer(201)
        case .double: .double(12.5)
        case .string(let constraints): .string(constraints.values.first ?? "a b&c=<\"é\">/+%.")
        case .blob: .blob([0, 1, 254, 255])
        // An HTTP date knows no fraction of a second.
        case .timestamp(.httpDate?): .timestamp(Timestamp(milliseconds: 1_763_679_124_000))
        case .timestamp: .timestamp(Timestamp(milliseconds: 1_763_679_124_062))
        case .document: .document(.object([.init("key", .array([.integer(1), .null]))]))
        case .list(let list): .list([self.value(of: list.element()), self.value(of: list.element())])
        case .map(let map):
            .map([(key: "a key", value: self.value(of: map.value())), (key: "b", value: self.value(of: map.value()))])
        case .structure(let structure): self.structure(structure)
        }
    }

    static func structure(_ structure: StructureSchema) -> WireValue {
        var members = WireMembers()
        for member in structure.members {
            members[member.name] = self.value(of: member.schema())
            // Clients here have no use for lists in headers, and write none.
            if case .list = member.schema(), member.location == .header { members[member.name] = nil }
            // A header's date knows no fraction of a second.
            if case .timestamp = member.schema(), member.location == .header {
                members[member.name] = .timestamp(Timestamp(milliseconds: 1_763_679_124_000))
            }
        }
        return .structure(members)
    }
}
