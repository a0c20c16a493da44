internal import Model

/// awsJson 1.0 and 1.1: `POST /`, the operation in `X-Amz-Target`, JSON bodies.
struct AWSJSONCodec: WireCodec {
    let contentType: String

    func input(of request: WireRequest, for operation: OperationFrame) throws(UnreadableInput) -> WireValue {
        // Some clients send nothing where an input has no members.
        guard !request.body.isEmpty else { return .structure([:]) }
        return try JSONBody.value(request.body, as: operation.input)
    }

    func reply(_ output: WireValue, of operation: OperationFrame, requestID: String) -> WireResponse {
        WireResponse(
            status: operation.http.status, headers: ["Content-Type": self.contentType, "x-amzn-RequestId": requestID],
            body: JSONBinding.wire.text(output, as: operation.output))
    }

    func reply(_ error: AWSError, of service: ServiceDescription, requestID: String) -> WireResponse {
        let type = error.shape ?? error.code
        let members = [JSONValue.Member("__type", .string(type)), JSONValue.Member("message", .string(error.message))]
        return WireResponse(
            status: error.status,
            headers: ["Content-Type": self.contentType, "x-amzn-RequestId": requestID, "x-amzn-ErrorType": type],
            body: JSONValue.object(members + JSONBody.members(of: error)).serialized)
    }

    func request(_ input: WireValue, for operation: OperationFrame) -> WireRequest {
        var request = WireRequest(
            method: "POST", target: "/",
            headers: [
                "Content-Type": self.contentType,
                "X-Amz-Target": "\(operation.service.targetPrefix ?? "").\(operation.name)",
            ],
            body: JSONBinding.wire.text(input, as: operation.input))
        if operation.service.isQueryCompatible { request.headers.append(QueryCompatibility.modeHeader, "true") }
        return request
    }

    func output(of response: WireResponse, for operation: OperationFrame) throws -> WireValue {
        let failure = { (reason: String) in
            UnreadableReply(operation: operation.name, status: response.status, reason: reason)
        }
        guard (200..<300).contains(response.status) else { throw try JSONBody.error(response, failure) }
        guard !response.body.isEmpty else { return .structure([:]) }
        do {
            return try JSONBody.value(response.body, as: operation.output)
        } catch {
            throw failure("\(error)")
        }
    }
}

/// What the JSON protocols share.
enum JSONBody {
    static func value(_ bytes: [UInt8], as schema: StructureSchema) throws(UnreadableInput) -> WireValue {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: bytes)
        } catch {
            throw .syntax("the body is not JSON: \(error)")
        }
        do {
            return try JSONBinding.wire.value(json, as: .structure(schema))
        } catch {
            throw .syntax("\(error)")
        }
    }

    /// The modelled members of an error besides its message.
    static func members(of error: AWSError) -> [JSONValue.Member] {
        error.members.entries.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, self.json($0.value)) }
    }

    /// The JSON of a value whose schema is not at hand.
    private static func json(_ value: WireValue) -> JSONValue {
        switch value {
        case .boolean(let flag): .bool(flag)
        case .integer(let number): .integer(Int64(number))
        case .double(let number): .number(number)
        case .string(let text): .string(text)
        case .blob(let bytes): .string(Base64.encode(bytes))
        case .timestamp(let moment): .number(moment.seconds)
        case .list(let values): .array(values.map(self.json))
        case .map(let entries): .object(entries.map { JSONValue.Member($0.key, self.json($0.value)) })
        case .structure(let members):
            .object(members.entries.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, self.json($0.value)) })
        case .document(let document): document
        }
    }

    /// Reads an error reply: the header wins over the body, and of the code only what stands after `#` and before `:` counts.
    static func error(_ response: WireResponse, _ failure: (String) -> UnreadableReply) throws -> AWSError {
        let body: JSONValue
        do {
            body = try JSONValue(parsing: response.body)
        } catch {
            throw failure("\(error)")
        }
        guard
            let text = QueryCompatibility.code(of: response) ?? response.headers["x-amzn-ErrorType"] ?? body["__type"]?
                .string ?? body["code"]?.string
                ?? body["Code"]?.string
        else { throw failure("it names no error code") }
        let code = text.split(separator: "#").last?.split(separator: ":").first.map(String.init) ?? text
        return AWSError(
            code: code, message: body["message"]?.string ?? body["Message"]?.string ?? "", status: response.status,
            fault: response.status >= 500 ? .receiver : .sender)
    }
}
