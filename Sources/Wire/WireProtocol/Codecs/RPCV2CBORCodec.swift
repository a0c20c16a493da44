/// rpcv2Cbor: `POST /service/SERVICE/operation/OPERATION`, CBOR bodies; each side names the protocol in a header.
struct RPCV2CBORCodec: WireCodec {
    static let protocolHeader = "smithy-protocol"
    static let protocolName = "rpc-v2-cbor"
    private static let contentType = "application/cbor"

    func input(of request: WireRequest, for operation: OperationFrame) throws(UnreadableInput) -> WireValue {
        // An input without members has no body.
        guard !request.body.isEmpty else { return .structure([:]) }
        do {
            return try CBORBinding.value(CBORValue(parsing: request.body), as: .structure(operation.input))
        } catch {
            throw .syntax("the body is not CBOR of the input's form: \(error)")
        }
    }

    func reply(_ output: WireValue, of operation: OperationFrame, requestID: String) -> WireResponse {
        self.response(operation.http.status, CBORBinding.cbor(output, as: .structure(operation.output)), requestID)
    }

    func reply(_ error: AWSError, of service: ServiceDescription, requestID: String) -> WireResponse {
        let name = error.shape ?? error.code
        // A shape has an absolute id here; requests to no service of ours get the bare name.
        let type = service.name.isEmpty ? name : "com.amazonaws.\(service.name.lowercased())#\(name)"
        let members = error.members.entries.sorted { $0.key < $1.key }.map { member in
            CBORValue.Entry(key: member.key, value: CBORBinding.cbor(member.value))
        }
        return self.response(
            error.status,
            .map(
                [
                    CBORValue.Entry(key: "__type", value: .text(type)),
                    CBORValue.Entry(key: "message", value: .text(error.message)),
                ] + members), requestID)
    }

    private func response(_ status: Int, _ body: CBORValue, _ requestID: String) -> WireResponse {
        WireResponse(
            status: status,
            headers: [
                Self.protocolHeader: Self.protocolName, "Content-Type": Self.contentType, "x-amzn-RequestId": requestID,
            ],
            body: body.encoded)
    }

    func request(_ input: WireValue, for operation: OperationFrame) -> WireRequest {
        var request = WireRequest(
            method: "POST",
            target: "/service/\(operation.service.targetPrefix ?? operation.service.name)/operation/\(operation.name)",
            headers: [Self.protocolHeader: Self.protocolName, "Accept": Self.contentType])
        if operation.service.isQueryCompatible { request.headers.append(QueryCompatibility.modeHeader, "true") }
        guard !operation.input.members.isEmpty else { return request }
        request.headers.append("Content-Type", Self.contentType)
        request.body = CBORBinding.cbor(input, as: .structure(operation.input)).encoded
        return request
    }

    func output(of response: WireResponse, for operation: OperationFrame) throws -> WireValue {
        let failure = { (reason: String) in
            UnreadableReply(operation: operation.name, status: response.status, reason: reason)
        }
        let body: CBORValue
        do {
            body = response.body.isEmpty ? .map([]) : try CBORValue(parsing: response.body)
        } catch {
            throw failure("\(error)")
        }
        guard (200..<300).contains(response.status) else {
            guard case .text(let type) = body["__type"] else { throw failure("it names no error code") }
            var message = ""
            if case .text(let text) = body["message"] { message = text }
            throw AWSError(
                code: QueryCompatibility.code(of: response) ?? String(type.split(separator: "#").last ?? ""),
                message: message, status: response.status,
                fault: response.status >= 500 ? .receiver : .sender)
        }
        do {
            return try CBORBinding.value(body, as: .structure(operation.output))
        } catch {
            throw failure("\(error)")
        }
    }
}
