internal import Model

/// Where a JSON tree has another form than its schema.
struct WrongType: Error, Equatable, CustomStringConvertible {
    /// Member names from the root, list elements by their index from 1.
    var path: [String] = []
    let expected: String
    let found: String

    var description: String { "\(self.path.joined(separator: ".")): expected \(self.expected), found \(self.found)" }

    func inside(_ name: String) -> WrongType {
        WrongType(path: [name] + self.path, expected: self.expected, found: self.found)
    }
}

extension JSONBinding {
    /// Unknown members are ignored, null members absent.
    func value(_ json: JSONValue, as schema: Schema) throws(WrongType) -> WireValue {
        switch schema {
        case .boolean:
            guard case .bool(let flag) = json else { throw json.mismatch("a boolean") }
            return .boolean(flag)
        case .integer:
            guard let number = json.integer else { throw json.mismatch("an integer") }
            return .integer(Int(number))
        case .double: return .double(try self.double(json))
        case .string:
            guard case .string(let text) = json else { throw json.mismatch("a string") }
            return .string(text)
        case .blob:
            guard case .string(let text) = json, let bytes = Base64.decode(text) else {
                throw json.mismatch("base64 text")
            }
            return .blob(bytes)
        case .timestamp(let format): return .timestamp(try self.timestamp(json, format))
        case .list(let list):
            guard case .array(let elements) = json else { throw json.mismatch("a list") }
            return try self.list(elements, list)
        case .map(let map):
            guard case .object(let members) = json else { throw json.mismatch("a map") }
            return try self.map(members, map)
        case .structure(let structure): return .structure(try self.structure(json, structure) { _ in true })
        case .document: return .document(json)
        }
    }

    /// The members of `structure` that pass the filter.
    func structure(
        _ json: JSONValue, _ structure: StructureSchema, where isIncluded: (MemberSchema) -> Bool
    ) throws(WrongType) -> WireMembers {
        guard case .object(let found) = json else { throw json.mismatch("a structure") }
        var members = WireMembers()
        for entry in found where entry.value != .null {
            guard let member = structure.members.first(where: { self.name(of: $0) == entry.name }), isIncluded(member)
            else {
                continue
            }
            do {
                members[member.name] = try self.value(entry.value, as: member.schema())
            } catch {
                throw error.inside(entry.name)
            }
        }
        return members
    }

    private func list(_ elements: [JSONValue], _ list: ListSchema) throws(WrongType) -> WireValue {
        let schema = list.element()
        var values: [WireValue] = []
        values.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() where element != .null {
            do {
                values.append(try self.value(element, as: schema))
            } catch {
                throw error.inside(String(index + 1))
            }
        }
        return .list(values)
    }

    private func map(_ members: [JSONValue.Member], _ map: MapSchema) throws(WrongType) -> WireValue {
        let schema = map.value()
        var entries: [(key: String, value: WireValue)] = []
        for member in members where member.value != .null {
            do {
                entries.append((key: member.name, value: try self.value(member.value, as: schema)))
            } catch {
                throw error.inside(member.name)
            }
        }
        return .map(entries)
    }

    private func double(_ json: JSONValue) throws(WrongType) -> Double {
        switch json {
        case .integer(let number): return Double(number)
        case .number(let number): return number
        case .string("NaN"): return .nan
        case .string("Infinity"): return .infinity
        case .string("-Infinity"): return -.infinity
        case .null, .bool, .string, .array, .object: throw json.mismatch("a number")
        }
    }

    private func timestamp(_ json: JSONValue, _ format: TimestampFormat?) throws(WrongType) -> Timestamp {
        switch (self.timestamps, json) {
        case (.milliseconds, .integer(let milliseconds)): return Timestamp(milliseconds: milliseconds)
        case (.seconds, .integer(let seconds)):
            guard let moment = Timestamp(untrustedSeconds: Double(seconds)) else { throw json.mismatch("a timestamp") }
            return moment
        case (.seconds, .number(let seconds)):
            guard let moment = Timestamp(untrustedSeconds: seconds) else { throw json.mismatch("a timestamp") }
            return moment
        case (.seconds, .string(let text)):
            // Some SDKs write ISO 8601 whatever the model asks for.
            guard let timestamp = Timestamp(iso8601: text) else { throw json.mismatch("a timestamp") }
            return timestamp
        default: throw json.mismatch("a timestamp")
        }
    }
}

extension JSONValue {
    fileprivate func mismatch(_ expected: String) -> WrongType {
        let found =
            switch self {
            case .null: "null"
            case .bool: "a boolean"
            case .integer, .number: "a number"
            case .string: "a string"
            case .array: "a list"
            case .object: "a structure"
            }
        return WrongType(expected: expected, found: found)
    }
}
