/// A Swift value that travels in AWS's protocols.
package protocol WireRepresentable: Sendable, Equatable {
    /// - Throws: `ShapeMismatch` where a required member is absent or a value has another kind.
    init(wire value: WireValue) throws(ShapeMismatch)
    var wireValue: WireValue { get }
}

/// A generated structure of an AWS model. It reads a value that has passed validation against `schema`.
package protocol Shape: WireRepresentable {
    static var schema: StructureSchema { get }
}

/// A value that does not have its schema's form. From a client it never gets this far: validation has answered before.
package struct ShapeMismatch: Error, Equatable, Sendable, CustomStringConvertible {
    package let shape: String
    package let member: String

    package init(shape: String, member: String) {
        self.shape = shape
        self.member = member
    }

    package var description: String { "value of \(self.shape)$\(self.member) does not fit its shape" }
}

/// Input or output of an operation that has none.
package struct EmptyShape: Shape {
    package static let schema = StructureSchema("Unit")
    package init() {}
    package init(wire value: WireValue) throws(ShapeMismatch) {}
    package var wireValue: WireValue { .structure([:]) }
}
