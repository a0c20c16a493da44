package import Model

extension String: WireRepresentable {
    package init(wire value: WireValue) throws(ShapeMismatch) {
        guard case .string(let text) = value else { throw ShapeMismatch(shape: "String", member: "") }
        self = text
    }

    package var wireValue: WireValue { .string(self) }
}

extension Int: WireRepresentable {
    package init(wire value: WireValue) throws(ShapeMismatch) {
        guard case .integer(let number) = value else { throw ShapeMismatch(shape: "Integer", member: "") }
        self = number
    }

    package var wireValue: WireValue { .integer(self) }
}

extension Double: WireRepresentable {
    package init(wire value: WireValue) throws(ShapeMismatch) {
        guard case .double(let number) = value else { throw ShapeMismatch(shape: "Double", member: "") }
        self = number
    }

    package var wireValue: WireValue { .double(self) }
}

extension Bool: WireRepresentable {
    package init(wire value: WireValue) throws(ShapeMismatch) {
        guard case .boolean(let flag) = value else { throw ShapeMismatch(shape: "Boolean", member: "") }
        self = flag
    }

    package var wireValue: WireValue { .boolean(self) }
}

extension Timestamp: WireRepresentable {
    package init(wire value: WireValue) throws(ShapeMismatch) {
        guard case .timestamp(let moment) = value else { throw ShapeMismatch(shape: "Timestamp", member: "") }
        self = moment
    }

    package var wireValue: WireValue { .timestamp(self) }
}

extension JSONValue: WireRepresentable {
    package init(wire value: WireValue) throws(ShapeMismatch) {
        guard case .document(let document) = value else { throw ShapeMismatch(shape: "Document", member: "") }
        self = document
    }

    package var wireValue: WireValue { .document(self) }
}
