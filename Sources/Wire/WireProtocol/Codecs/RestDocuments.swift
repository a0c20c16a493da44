internal import Model

/// The documents that HTTP-bound protocols carry in their bodies.
enum RestDocuments: Sendable {
    /// restJson1.
    case json
    /// restXml, in the form of S3: errors have no namespace and no envelope.
    case xml

    var contentType: String {
        switch self {
        case .json: "application/json"
        case .xml: "application/xml"
        }
    }

    func value(_ bytes: [UInt8], as structure: StructureSchema) throws(UnreadableInput) -> WireValue {
        switch self {
        case .json: return try JSONBody.value(bytes, as: structure)
        case .xml:
            guard let root = XMLElement(parsing: bytes) else { throw .syntax("the body is not well-formed XML") }
            return XMLBinding.structure(root, structure)
        }
    }

    /// - Parameter name: of the root element.
    func bytes(_ value: WireValue, as structure: StructureSchema, named name: String, namespace: String?) -> [UInt8] {
        switch self {
        case .json: JSONBinding.wire.text(value, as: structure)
        case .xml: XMLText.document(name, namespace: namespace) { XMLBinding.write(value, of: structure, to: &$0) }
        }
    }

    func reply(_ error: AWSError, requestID: String) -> WireResponse {
        var response = WireResponse(
            status: error.status, headers: ["Content-Type": self.contentType, "x-amzn-RequestId": requestID])
        switch self {
        case .json:
            response.headers.append("x-amzn-ErrorType", error.code)
            let members = [
                JSONValue.Member("Type", .string(error.fault == .sender ? "User" : "Service")),
                JSONValue.Member("Message", .string(error.message)),
                JSONValue.Member("message", .string(error.message)),
            ]
            response.body = JSONValue.object(members + JSONBody.members(of: error)).serialized
        case .xml:
            response.headers.append("x-amz-request-id", requestID)
            let members = [("Code", error.code), ("Message", error.message), ("RequestId", requestID)]
            response.body = XMLText.document("Error") { text in
                for (name, value) in members { text.element(name, value) }
            }
        }
        return response
    }

    func error(_ response: WireResponse, _ failure: (String) -> UnreadableReply) throws -> AWSError {
        switch self {
        case .json: return try JSONBody.error(response, failure)
        case .xml:
            guard let root = XMLElement(parsing: response.body), let code = root.child("Code")?.text else {
                throw failure("it names no error code")
            }
            return AWSError(
                code: code, message: root.child("Message")?.text ?? "", status: response.status,
                fault: response.status >= 500 ? .receiver : .sender)
        }
    }
}
