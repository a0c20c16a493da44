/// Converts between XML elements and wire values, led by a schema.
enum XMLBinding {
    /// The child elements of a structure's set members, in the order of the model.
    static func elements(_ value: WireValue, of structure: StructureSchema) -> [XMLElement] {
        guard case .structure(let members) = value else { return [] }
        return structure.members.flatMap { member -> [XMLElement] in
            guard let value = members[member.name] else { return [] }
            return self.elements(value, as: member.schema(), named: member.wireName)
        }
    }

    /// One element, or several for a flattened list or map.
    private static func elements(_ value: WireValue, as schema: Schema, named name: String) -> [XMLElement] {
        switch (value, schema) {
        case (.structure, .structure(let structure)):
            return [XMLElement(name, children: self.elements(value, of: structure))]
        case (.list(let values), .list(let list)):
            let elementName = list.flattened ? name : list.elementName
            let elements = values.flatMap { self.elements($0, as: list.element(), named: elementName) }
            return list.flattened ? elements : [XMLElement(name, children: elements)]
        case (.map(let entries), .map(let map)):
            let elements = entries.map { entry in
                XMLElement(
                    map.flattened ? name : "entry",
                    children: self.elements(.string(entry.key), as: map.key(), named: map.keyName)
                        + self.elements(entry.value, as: map.value(), named: map.valueName))
            }
            return map.flattened ? elements : [XMLElement(name, children: elements)]
        default:
            return [XMLElement(name, text: TextualScalar.text(of: value, as: schema))]
        }
    }

    /// Reads the members of `structure` from the children of an element; what cannot be read counts as absent.
    static func structure(_ element: XMLElement, _ structure: StructureSchema) -> WireValue {
        var members: [String: WireValue] = [:]
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
