/// Converts between XML elements and wire values, led by a schema.
enum XMLBinding {
    /// Writes a structure's set members, in the order of the model.
    static func write(_ value: WireValue, of structure: StructureSchema, to text: inout XMLText) {
        guard case .structure(let members) = value else { return }
        members.forEach(of: structure) { self.write($1, as: $0.schema(), named: $0.wireName, to: &text) }
    }

    /// One element, or several for a flattened list or map.
    private static func write(_ value: WireValue, as schema: Schema, named name: String, to text: inout XMLText) {
        switch (value, schema) {
        case (.structure, .structure(let structure)):
            text.element(name) { self.write(value, of: structure, to: &$0) }
        case (.list(let values), .list(let list)):
            let schema = list.element()
            if list.flattened {
                for value in values { self.write(value, as: schema, named: name, to: &text) }
            } else {
                text.element(name) { text in
                    for value in values { self.write(value, as: schema, named: list.elementName, to: &text) }
                }
            }
        case (.map(let entries), .map(let map)):
            if map.flattened {
                for entry in entries { self.write(entry, of: map, named: name, to: &text) }
            } else {
                text.element(name) { text in
                    for entry in entries { self.write(entry, of: map, named: "entry", to: &text) }
                }
            }
        default:
            text.element(name, TextualScalar.text(of: value, as: schema))
        }
    }

    private static func write(
        _ entry: (key: String, value: WireValue), of map: MapSchema, named name: String, to text: inout XMLText
    ) {
        text.element(name) { text in
            self.write(.string(entry.key), as: map.key(), named: map.keyName, to: &text)
            self.write(entry.value, as: map.value(), named: map.valueName, to: &text)
        }
    }

    /// Reads the members of `structure` from the children of an element; what cannot be read counts as absent.
    static func structure(_ element: XMLElement, _ structure: StructureSchema) -> WireValue {
        var members = WireMembers()
        for member in structure.members {
            let found = element.children.filter { $0.name == member.wireName }
            guard let first = found.first else { continue }
            members[member.name] = self.value(first, all: found, as: member.schema())
        }
        return .structure(members)
    }

    /// - Parameter all: every sibling of the name, for flattened lists and maps.
    private static func value(_ element: XMLElement, all: [XMLElement], as schema: Schema) -> WireValue? {
        switch schema {
        case .structure(let structure): return self.structure(element, structure)
        case .list(let list):
            let elements = list.flattened ? all : element.children.filter { $0.name == list.elementName }
            return .list(elements.compactMap { self.value($0, all: [$0], as: list.element()) })
        case .map(let map):
            let entries = map.flattened ? all : element.children
            return .map(
                entries.compactMap { entry in
                    guard let key = entry.child(map.keyName)?.text, let found = entry.child(map.valueName),
                        let value = self.value(found, all: [found], as: map.value())
                    else { return nil }
                    return (key, value)
                })
        case .boolean, .integer, .double, .string, .blob, .timestamp, .document:
            return TextualScalar.value(element.text, as: schema)
        }
    }
}
