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

    /// Whether a document without members is written at all.
    var areEmptyWritten: Bool {
        switch self {
        case .json: true
        case .xml: false
        }
    }

    /// The headers by which a reply can be found again.
    func identity(_ requestID: String) -> HeaderList {
        switch self {
        case .json: ["x-amzn-RequestId": requestID]
        case .xml: ["x-amz-request-id": requestID, "x-amz-id-2": requestID]
        }
    }

    /// - Parameter root: the root element's name, where it is not the shape's.
    func value(
        _ bytes: [UInt8], as structure: StructureSchema, root name: String? = nil
    ) throws(UnreadableInput) -> WireValue {
        switch self {
        case .json: return try JSONBody.value(bytes, as: structure)
        case .xml:
            guard let root = XMLElement(parsing: bytes), root.name == name ?? root.name else {
                throw .syntax("the body is not well-formed XML, or not of the form that the operation takes")
            }
            guard let member = Self.onlyText(of: structure, named: name) else {
                return XMLBinding.structure(root, structure)
            }
            return .structure(root.text.isEmpty ? [:] : [member.name: .string(root.text)])
        }
    }

    /// - Parameter name: of the root element.
    func bytes(_ value: WireValue, as structure: StructureSchema, named name: String, namespace: String?) -> [UInt8] {
        switch self {
        case .json: JSONBinding.wire.text(value, as: structure)
        case .xml:
            if case .structure(let members) = value, let member = Self.onlyText(of: structure, named: name) {
                XMLText.document(name, namespace: namespace) {
                    if case .string(let text)? = members[member.name] { $0.text(text) }
                }
            } else {
                XMLText.document(name, namespace: namespace) { XMLBinding.write(value, of: structure, to: &$0) }
            }
        }
    }

    /// The member that is the whole text of its document: the root has its name (`LocationConstraint` of S3).
    private static func onlyText(of structure: StructureSchema, named root: String?) -> MemberSchema? {
        let members = structure.members.filter { $0.location == .body }
        guard members.count == 1, let member = members.first, member.wireName == root,
            case .string = member.schema()
        else { return nil }
        return member
    }

    func reply(_ error: AWSError, requestID: String) -> WireResponse {
        var response = WireResponse(status: error.status, headers: self.identity(requestID))
        response.headers.append("Content-Type", self.contentType)
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
            guard error.status != 304 else { return response }
            response.body = XMLText.document("Error") { text in
                text.element("Code", error.code)
                text.element("Message", error.message)
                for member in error.members.entries {
                    if case .string(let value) = member.value { text.element(member.key, value) }
                    if case .integer(let value) = member.value { text.element(member.key, String(value)) }
                }
                text.element("RequestId", requestID)
                text.element("HostId", requestID)
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
