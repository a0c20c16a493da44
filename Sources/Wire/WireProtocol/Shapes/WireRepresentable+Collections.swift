extension Array: WireRepresentable where Element: WireRepresentable {
    package init(wire value: WireValue) throws(ShapeMismatch) {
        guard case .list(let values) = value else { throw ShapeMismatch(shape: "List", member: "") }
        self = []
        self.reserveCapacity(values.count)
        for value in values { self.append(try Element(wire: value)) }
    }

    // Not by key path: `map` would project each element through it.
    package var wireValue: WireValue { .list(self.map { $0.wireValue }) }
}

extension Dictionary: WireRepresentable where Key == String, Value: WireRepresentable {
    /// The last entry wins where a key stands twice.
    package init(wire value: WireValue) throws(ShapeMismatch) {
        guard case .map(let entries) = value else { throw ShapeMismatch(shape: "Map", member: "") }
        self = [:]
        for (key, value) in entries { self[key] = try Value(wire: value) }
    }

    /// Sorted by key, so that the same value is always written the same way.
    package var wireValue: WireValue {
        .map(self.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value.wireValue) })
    }
}
