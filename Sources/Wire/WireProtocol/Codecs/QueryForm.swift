/// Writes the requests of the query protocols, as a client does.
enum QueryForm {
    static func request(_ input: WireValue, for operation: OperationFrame, style: QueryStyle) -> WireRequest {
        var pairs = [("Action", operation.name), ("Version", operation.service.apiVersion)]
        self.append(input, as: .structure(operation.input), named: "", style, to: &pairs)
        let form = pairs.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }.joined(
            separator: "&")
        return WireRequest(
            method: "POST", target: "/", headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"],
            body: Array(form.utf8))
    }

    private static func append(
        _ value: WireValue, as schema: Schema, named name: String, _ style: QueryStyle,
        to pairs: inout [(String, String)]
    ) {
        switch (value, schema) {
        case (.structure(let members), .structure(let structure)):
            for member in structure.members {
                guard let value = members[member.name] else { continue }
                let memberName = style.name(of: member)
                self.append(
                    value, as: member.schema(), named: name.isEmpty ? memberName : "\(name).\(memberName)", style,
                    to: &pairs)
            }
        case (.list(let values), .list(let list)):
            // An empty list is sent as an empty parameter, or the service would not see it.
            if values.isEmpty { pairs.append((name, "")) }
            let prefix = style.isFlat(list) ? name : "\(name).\(list.elementName)"
            for (index, value) in values.enumerated() {
                self.append(value, as: list.element(), named: "\(prefix).\(index + 1)", style, to: &pairs)
            }
        case (.map(let entries), .map(let map)):
            let prefix = map.flattened ? name : "\(name).entry"
            for (index, entry) in entries.enumerated() {
                pairs.append(("\(prefix).\(index + 1).\(map.keyName)", entry.key))
                self.append(
                    entry.value, as: map.value(), named: "\(prefix).\(index + 1).\(map.valueName)", style, to: &pairs)
            }
        default: pairs.append((name, TextualScalar.text(of: value, as: schema)))
        }
    }
}
