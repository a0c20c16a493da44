internal import Model

extension JSONBinding {
    /// Members stand in the order of the model.
    func json(_ value: WireValue, as schema: Schema) -> JSONValue {
        switch (value, schema) {
        case (.boolean(let flag), _): return .bool(flag)
        case (.integer(let number), _): return .integer(Int64(number))
        case (.double(let number), _): return .number(number)
        case (.string(let text), _): return .string(text)
        case (.blob(let bytes), _): return .string(Base64.encode(bytes))
        case (.timestamp(let moment), .timestamp(let format)): return self.json(moment, format)
        case (.timestamp(let moment), _): return self.json(moment, nil)
        case (.document(let document), _): return document
        case (.list(let values), .list(let list)):
            let schema = list.element()
            return .array(values.map { self.json($0, as: schema) })
        case (.map(let entries), .map(let map)):
            let schema = map.value()
            return .object(entries.map { JSONValue.Member($0.key, self.json($0.value, as: schema)) })
        case (.structure(let members), .structure(let structure)):
            return .object(self.members(members, structure) { _ in true })
        case (.list, _), (.map, _), (.structure, _):
            preconditionFailure("a generated shape wrote a value that is not of its own schema")
        }
    }

    /// The members of `structure` that pass the filter and are set.
    func members(
        _ members: [String: WireValue], _ structure: StructureSchema, where isIncluded: (MemberSchema) -> Bool
    ) -> [JSONValue.Member] {
        structure.members.compactMap { member in
            guard let value = members[member.name], isIncluded(member) else { return nil }
            return JSONValue.Member(self.name(of: member), self.json(value, as: member.schema()))
        }
    }

    private func json(_ moment: Timestamp, _ format: TimestampFormat?) -> JSONValue {
        switch (self.timestamps, format) {
        case (.milliseconds, _): .integer(moment.milliseconds)
        case (.seconds, .iso8601): .string(moment.iso8601)
        case (.seconds, .httpDate): .string(moment.httpDate)
        case (.seconds, .epochSeconds), (.seconds, nil):
            moment.milliseconds % 1000 == 0 ? .integer(moment.milliseconds / 1000) : .number(moment.seconds)
        }
    }
}
