/// ec2Query: form parameters whose lists are numbered without `member`, XML without a result element.
struct EC2QueryCodec: WireCodec {
    private static let contentType = "text/xml;charset=UTF-8"

    func input(of request: WireRequest, for operation: OperationFrame) throws(UnreadableInput) -> WireValue {
        let parameters = QueryParameters(form: AWSQueryCodec.form(of: request))
        var failures: [ValidationFailure] = []
        let value = parameters.structure(operation.input, at: "", style: .ec2Query, &failures)
        guard failures.isEmpty else { throw .members(failures) }
        return value
    }

    func reply(_ output: WireValue, of operation: OperationFrame, requestID: String) -> WireResponse {
        let document = XMLText.document("\(operation.name)Response", namespace: operation.service.xmlNamespace) {
            text in
            text.element("requestId", requestID)
            if operation.output.members.isEmpty {
                // What has nothing to say says that it was done.
                text.element("return", "true")
            } else {
                XMLBinding.write(output, of: operation.output, to: &text)
            }
        }
        return self.response(operation.http.status, document, requestID)
    }

    /// With EC2's capital D in `RequestID`.
    func reply(_ error: AWSError, of service: ServiceDescription, requestID: String) -> WireResponse {
        let document = XMLText.document("Response") { text in
            text.element("Errors") { text in
                text.element("Error") { text in
                    text.element("Code", error.code)
                    text.element("Message", error.message)
                }
            }
            text.element("RequestID", requestID)
        }
        return self.response(error.status, document, requestID)
    }

    private func response(_ status: Int, _ document: [UInt8], _ requestID: String) -> WireResponse {
        WireResponse(
            status: status, headers: ["Content-Type": Self.contentType, "x-amzn-RequestId": requestID],
            body: document)
    }

    func request(_ input: WireValue, for operation: OperationFrame) -> WireRequest {
        QueryForm.request(input, for: operation, style: .ec2Query)
    }

    func output(of response: WireResponse, for operation: OperationFrame) throws -> WireValue {
        let failure = { (reason: String) in
            UnreadableReply(operation: operation.name, status: response.status, reason: reason)
        }
        guard let root = XMLElement(parsing: response.body) else { throw failure("it is not XML") }
        guard (200..<300).contains(response.status) else {
            guard let error = root.child("Errors")?.child("Error"), let code = error.child("Code")?.text else {
                throw failure("it names no error code")
            }
            throw AWSError(
                code: code, message: error.child("Message")?.text ?? "", status: response.status,
                fault: response.status >= 500 ? .receiver : .sender)
        }
        return XMLBinding.structure(root, operation.output)
    }
}
