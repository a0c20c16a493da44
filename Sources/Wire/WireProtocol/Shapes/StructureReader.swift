/// Reads the members of a structure's value into Swift types.
package struct StructureReader {
    private let members: WireMembers
    private let shape: String

    /// - Throws: `ShapeMismatch` where the value is no structure.
    package init(_ value: WireValue, _ shape: String) throws(ShapeMismatch) {
        guard case .structure(let members) = value else { throw ShapeMismatch(shape: shape, member: "") }
        self.members = members
        self.shape = shape
    }

    package func optional<Value: WireRepresentable>(_ name: String) throws(ShapeMismatch) -> Value? {
        guard let value = self.members[name] else { return nil }
        do {
            return try Value(wire: value)
        } catch {
            throw self.located(error, at: name)
        }
    }

    package func required<Value: WireRepresentable>(_ name: String) throws(ShapeMismatch) -> Value {
        guard let value: Value = try self.optional(name) else { throw ShapeMismatch(shape: self.shape, member: name) }
        return value
    }

    package func optionalBlob(_ name: String) throws(ShapeMismatch) -> [UInt8]? {
        switch self.members[name] {
        case nil: return nil
        case .blob(let bytes): return bytes
        default: throw ShapeMismatch(shape: self.shape, member: name)
        }
    }

    package func requiredBlob(_ name: String) throws(ShapeMismatch) -> [UInt8] {
        guard let bytes = try self.optionalBlob(name) else { throw ShapeMismatch(shape: self.shape, member: name) }
        return bytes
    }

    /// A mismatch of a scalar does not know where it stands.
    private func located(_ mismatch: ShapeMismatch, at member: String) -> ShapeMismatch {
        mismatch.member.isEmpty ? ShapeMismatch(shape: self.shape, member: member) : mismatch
    }
}

/// Collects the members of a structure that are set, each once, in the order of its schema.
package struct StructureWriter {
    package private(set) var members = WireMembers.inModelOrder()

    package init() {}

    package mutating func set<Value: WireRepresentable>(_ name: String, _ value: Value?) {
        if let value { self.members.append(name, value.wireValue) }
    }

    package mutating func setBlob(_ name: String, _ bytes: [UInt8]?) {
        if let bytes { self.members.append(name, .blob(bytes)) }
    }

    package var value: WireValue { .structure(self.members) }
}
