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
        let document = XMLText.document("\(operation.name)Response", namespace: operation.service.xmlNamespace) {
            text in
            if let wrapper = operation.resultWrapper {
                text.element(wrapper) { XMLBinding.write(output, of: operation.output, to: &$0) }
            } else {
                XMLBinding.write(output, of: operation.output, to: &text)
            }
            text.element("ResponseMetadata") { $0.element("RequestId", requestID) }
        }
        return self.response(operation.http.status, document, requestID)
    }

    func reply(_ error: AWSError, of service: ServiceDescription, requestID: String) -> WireResponse {
        let document = XMLText.document("ErrorResponse", namespace: service.xmlNamespace) { text in
            text.element("Error") { text in
                text.element("Type", error.fault.rawValue)
                text.element("Code", error.code)
                text.element("Message", error.message)
            }
            text.element("RequestId", requestID)
        }
        return self.response(error.status, document, requestID)
    }

    private func response(_ status: Int, _ document: [UInt8], _ requestID: String) -> WireResponse {
        WireResponse(
            status: status, headers: ["Content-Type": Self.contentType, "x-amzn-RequestId": requestID],
            body: document)
    }

    func request(_ input: WireValue, for operation: OperationFrame) -> WireRequest {
        QueryForm.request(input, for: operation, style: .awsQuery)
    }

    func output(of response: WireResponse, for operation: OperationFrame) throws -> WireValue {
        guard let root = XMLElement(parsing: response.body) else {
            throw UnreadableReply(operation: operation.name, status: response.status, reason: "it is not XML")
        }
        guard (200..<300).contains(response.status) else {
            guard let error = root.child("Error"), let code = error.child("Code")?.text else {
                throw UnreadableReply(
                    operation: operation.name, status: response.status, reason: "it names no error code")
            }
            throw AWSError(
                code: code, message: error.child("Message")?.text ?? "", status: response.status,
                fault: response.status >= 500 ? .receiver : .sender)
        }
        return XMLBinding.structure(operation.resultWrapper.flatMap(root.child) ?? root, operation.output)
    }
}
