internal import Model

extension JSONBinding {
    /// The JSON text of a structure's value, in UTF-8. Members stand in the order of the model.
    func text(_ value: WireValue, as structure: StructureSchema) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1024)
        self.write(value, as: .structure(structure), to: &bytes)
        return bytes
    }

    private func write(_ value: WireValue, as schema: Schema, to bytes: inout [UInt8]) {
        switch (value, schema) {
        case (.boolean(let flag), _): JSONValue.bool(flag).append(to: &bytes)
        case (.integer(let number), _): JSONValue.integer(Int64(number)).append(to: &bytes)
        case (.double(let number), _): JSONValue.number(number).append(to: &bytes)
        case (.string(let text), _): JSONValue.appendQuoted(text, to: &bytes)
        case (.blob(let blob), _): JSONValue.appendQuoted(Base64.encode(blob), to: &bytes)
        case (.timestamp(let moment), .timestamp(let format)): self.json(moment, format).append(to: &bytes)
        case (.timestamp(let moment), _): self.json(moment, nil).append(to: &bytes)
        case (.document(let document), _): document.append(to: &bytes)
        case (.list(let values), .list(let list)): self.write(values, list, to: &bytes)
        case (.map(let entries), .map(let map)): self.write(entries, map, to: &bytes)
        case (.structure(let members), .structure(let structure)): self.write(members, structure, to: &bytes)
        case (.list, _), (.map, _), (.structure, _):
            preconditionFailure("a generated shape wrote a value that is not of its own schema")
        }
    }

    private func write(_ values: [WireValue], _ list: ListSchema, to bytes: inout [UInt8]) {
        let schema = list.element()
        bytes.append(UInt8(ascii: "["))
        var isFirst = true
        for value in values {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            self.write(value, as: schema, to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private func write(_ entries: [(key: String, value: WireValue)], _ map: MapSchema, to bytes: inout [UInt8]) {
        let schema = map.value()
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for entry in entries {
            Self.writeName(entry.key, isFirst: &isFirst, to: &bytes)
            self.write(entry.value, as: schema, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private func write(_ members: WireMembers, _ structure: StructureSchema, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        members.forEach(of: structure) { member, value in
            Self.writeName(self.name(of: member), isFirst: &isFirst, to: &bytes)
            self.write(value, as: member.schema(), to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private static func writeName(_ name: String, isFirst: inout Bool, to bytes: inout [UInt8]) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        JSONValue.appendQuoted(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
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
