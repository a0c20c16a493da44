/// awsQuery: form parameters in, XML out, errors by the model's `error.code`.
struct AWSQueryCodec: WireCodec {
    private static let contentType = "text/xml"

    func input(of request: WireRequest, for operation: OperationFrame) throws(UnreadableInput) -> WireValue {
        let parameters = QueryParameters(form: Self.form(of: request))
        var failures: [ValidationFailure] = []
        let value = parameters.structure(operation.input, at: "", &failures)
        guard failures.isEmpty else { throw .members(failures) }
        return value
    }

    /// The form of a POST is its body, of a GET (presigned calls) its query string.
    static func form(of request: WireRequest) -> String {
        request.body.isEmpty ? String(request.query) : String(decoding: request.body, as: UTF8.self)
    }

    func reply(_ output: WireValue, of operation: OperationFrame, requestID: String) -> WireResponse {
        var children: [XMLElement] = []
        let members = XMLBinding.elements(output, of: operation.output)
        if let wrapper = operation.resultWrapper {
            children.append(XMLElement(wrapper, children: members))
        } else {
            children += members
        }
        children.append(XMLElement("ResponseMetadata", children: [XMLElement("RequestId", text: requestID)]))
        let root = XMLElement("\(operation.name)Response", namespace: operation.service.xmlNamespace, children: children)
        return self.response(operation.http.status, root, requestID)
    }

    func reply(_ error: AWSError, of service: ServiceDescription, requestID: String) -> WireResponse {
        let root = XMLElement(
            "ErrorResponse", namespace: service.xmlNamespace,
            children: [
                XMLElement(
                    "Error",
                    children: [
                        XMLElement("Type", text: error.fault.rawValue), XMLElement("Code", text: error.code),
                        XMLElement("Message", text: error.message),
                    ]),
                XMLElement("RequestId", text: requestID),
            ])
        return self.response(error.status, root, requestID)
    }

    private func response(_ status: Int, _ root: XMLElement, _ requestID: String) -> WireResponse {
        WireResponse(
            status: status, headers: ["Content-Type": Self.contentType, "x-amzn-RequestId": requestID], body: root.document)
    }

    func request(_ input: WireValue, for operation: OperationFrame) -> WireRequest {
        var pairs = [("Action", operation.name), ("Version", operation.service.apiVersion)]
        Self.append(input, as: .structure(operation.input), named: "", to: &pairs)
        let form = pairs.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
        return WireRequest(
            method: "POST", target: "/", headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"],
            body: Array(form.utf8))
    }

    private static func append(_ value: WireValue, as schema: Schema, named name: String, to pairs: inout [(String, String)]) {
        switch (value, schema) {
        case (.structure(let members), .structure(let structure)):
            for member in structure.members {
                guard let value = members[member.name] else { continue }
                let memberName = member.queryName ?? member.wireName
                self.append(value, as: member.schema(), named: name.isEmpty ? memberName : "\(name).\(memberName)", to: &pairs)
            }
        case (.list(let values), .list(let list)):
            // An empty list is sent as an empty parameter, or the service would not see it.
            if values.isEmpty { pairs.append((name, "")) }
            let prefix = list.flattened ? name : "\(name).\(list.elementName)"
            for (index, value) in values.enumerated() {
                self.append(value, as: list.element(), named: "\(prefix).\(index + 1)", to: &pairs)
            }
        case (.map(let entries), .map(let map)):
            let prefix = map.flattened ? name : "\(name).entry"
            for (index, entry) in entries.enumerated() {
                pairs.append(("\(prefix).\(index + 1).\(map.keyName)", entry.key))
                self.append(entry.value, as: map.value(), named: "\(prefix).\(index + 1).\(map.valueName)", to: &pairs)
            }
        default: pairs.append((name, TextualScalar.text(of: value, as: schema)))
        }
    }

    func output(of response: WireResponse, for operation: OperationFrame) throws -> WireValue {
        guard let root = XMLElement(parsing: response.body) else {
            throw UnreadableReply(operation: operation.name, status: response.status, reason: "it is not XML")
        }
        guard (200..<300).contains(response.status) else {
            guard let error = root.child("Error"), let code = error.child("Code")?.text else {
                throw UnreadableReply(operation: operation.name, status: response.status, reason: "it names no error code")
            }
            throw AWSError(
                code: code, message: error.child("Message")?.text ?? "", status: response.status,
                fault: response.status >= 500 ? .receiver : .sender)
        }
        return XMLBinding.structure(operation.resultWrapper.flatMap(root.child) ?? root, operation.output)
    }
}
