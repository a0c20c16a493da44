internal import Model

/// Converts between CBOR and wire values, led by a schema. Members go by the model's own names (Smithy RPC v2).
enum CBORBinding {
    /// The tag of a moment in seconds since the epoch.
    private static let epochTag: UInt64 = 1

    static func cbor(_ value: WireValue, as schema: Schema) -> CBORValue {
        switch value {
        case .boolean(let flag): return .boolean(flag)
        case .integer(let number): return .integer(number)
        case .double(let number): return .double(number)
        case .string(let text): return .text(text)
        case .blob(let bytes): return .bytes(bytes)
        case .timestamp(let moment): return .tagged(self.epochTag, .double(moment.seconds))
        // CBOR has no documents in AWS's models; their JSON text stands in.
        case .document(let document): return .text(document.text)
        case .list(let values):
            guard case .list(let list) = schema else { return .array([]) }
            let element = list.element()
            return .array(values.map { self.cbor($0, as: element) })
        case .map(let entries):
            guard case .map(let map) = schema else { return .map([]) }
            let schema = map.value()
            return .map(entries.map { CBORValue.Entry(key: $0.key, value: self.cbor($0.value, as: schema)) })
        case .structure(let members):
            guard case .structure(let structure) = schema else { return .map([]) }
            return .map(
                structure.members.compactMap { member in
                    members[member.name].map {
                        CBORValue.Entry(key: member.name, value: self.cbor($0, as: member.schema()))
                    }
                })
        }
    }

    /// The CBOR of a value whose schema is not at hand.
    static func cbor(_ value: WireValue) -> CBORValue {
        switch value {
        case .list(let values): .array(values.map { self.cbor($0) })
        case .map(let entries): .map(entries.map { CBORValue.Entry(key: $0.key, value: self.cbor($0.value)) })
        case .structure(let members):
            .map(
                members.entries.sorted { $0.key < $1.key }.map {
                    CBORValue.Entry(key: $0.key, value: self.cbor($0.value))
                })
        case .boolean, .integer, .double, .string, .blob, .timestamp, .document: self.cbor(value, as: .document)
        }
    }

    /// Unknown members are ignored, null members absent.
    static func value(_ cbor: CBORValue, as schema: Schema) throws(WrongType) -> WireValue {
        switch (schema, cbor) {
        case (.boolean, .boolean(let flag)): return .boolean(flag)
        case (.integer, .integer(let number)): return .integer(number)
        case (.integer, .double(let number)) where Int(exactly: number) != nil: return .integer(Int(number))
        case (.double, .double(let number)): return .double(number)
        case (.double, .integer(let number)): return .double(Double(number))
        case (.string, .text(let text)): return .string(text)
        case (.blob, .bytes(let bytes)): return .blob(bytes)
        case (.timestamp, .tagged(Self.epochTag, let inner)): return .timestamp(try self.moment(inner))
        case (.document, .text(let text)):
            do {
                return .document(try JSONValue(parsing: text))
            } catch {
                throw WrongType(expected: "a document", found: "other text")
            }
        case (.list(let list), .array(let elements)): return .list(try self.list(elements, list))
        case (.map(let map), .map(let entries)): return .map(try self.map(entries, map))
        case (.structure(let structure), .map): return .structure(try self.structure(cbor, structure))
        case (.boolean, _), (.integer, _), (.double, _), (.string, _), (.blob, _), (.timestamp, _), (.document, _),
            (.list, _), (.map, _),
            (.structure, _):
            throw WrongType(expected: TextualScalar.kind(of: schema), found: "another type")
        }
    }

    private static func structure(_ cbor: CBORValue, _ structure: StructureSchema) throws(WrongType) -> WireMembers {
        var members = WireMembers()
        for member in structure.members {
            guard let value = cbor[member.name], value != .null else { continue }
            do {
                members[member.name] = try self.value(value, as: member.schema())
            } catch {
                throw error.inside(member.name)
            }
        }
        return members
    }

    private static func list(_ elements: [CBORValue], _ list: ListSchema) throws(WrongType) -> [WireValue] {
        let schema = list.element()
        var values: [WireValue] = []
        for (index, element) in elements.enumerated() where element != .null {
            do {
                values.append(try self.value(element, as: schema))
            } catch {
                throw error.inside(String(index + 1))
            }
        }
        return values
    }

    private static func map(_ entries: [CBORValue.Entry], _ map: MapSchema) throws(WrongType) -> [(
        key: String, value: WireValue
    )] {
        let schema = map.value()
        var values: [(key: String, value: WireValue)] = []
        for entry in entries where entry.value != .null {
            do {
                values.append((key: entry.key, value: try self.value(entry.value, as: schema)))
            } catch {
                throw error.inside(entry.key)
            }
        }
        return values
    }

    private static func moment(_ cbor: CBORValue) throws(WrongType) -> Timestamp {
        let seconds: Double? =
            switch cbor {
            case .integer(let number): Double(number)
            case .double(let number): number
            case .bytes, .text, .array, .map, .tagged, .boolean, .null: nil
            }
        guard let seconds, let moment = Timestamp(untrustedSeconds: seconds) else {
            throw WrongType(expected: "a timestamp", found: "another value")
        }
        return moment
    }
}
