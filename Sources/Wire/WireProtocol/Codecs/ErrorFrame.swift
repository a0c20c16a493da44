/// How the protocols that no service of ours speaks yet carry an error, so that their clients can read a refusal.
enum ErrorFrame {
    /// `<Response><Errors><Error>…`, with EC2's capital D in `RequestID`.
    static func ec2Query(_ error: AWSError, requestID: String) -> WireResponse {
        let root = XMLElement(
            "Response",
            children: [
                XMLElement("Errors", children: [XMLElement("Error", children: self.codeAndMessage(error))]),
                XMLElement("RequestID", text: requestID),
            ])
        return WireResponse(
            status: error.status, headers: ["Content-Type": "text/xml;charset=UTF-8", "x-amzn-RequestId": requestID], body: root.document)
    }

    /// S3's form: a bare `<Error>` without namespace.
    static func restXML(_ error: AWSError, requestID: String) -> WireResponse {
        let root = XMLElement("Error", children: self.codeAndMessage(error) + [XMLElement("RequestId", text: requestID)])
        return WireResponse(
            status: error.status,
            headers: ["Content-Type": "application/xml", "x-amz-request-id": requestID, "x-amzn-RequestId": requestID], body: root.document)
    }

    /// A map of `__type` and `message`. Clients check that the reply names the protocol (Smithy RPC v2 CBOR).
    static func rpcV2CBOR(_ error: AWSError, requestID: String) -> WireResponse {
        var body: [UInt8] = [0xA2]
        for text in ["__type", error.code, "message", error.message] { self.appendText(text, to: &body) }
        return WireResponse(
            status: error.status,
            headers: ["Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor", "x-amzn-RequestId": requestID], body: body)
    }

    private static func codeAndMessage(_ error: AWSError) -> [XMLElement] {
        [XMLElement("Code", text: error.code), XMLElement("Message", text: error.message)]
    }

    /// A text string of major type 3, its length in the shortest form up to 32 bits (RFC 8949, section 3).
    private static func appendText(_ text: String, to body: inout [UInt8]) {
        let count = text.utf8.count
        switch count {
        case 0..<24: body.append(0x60 | UInt8(count))
        case 24..<256: body += [0x78, UInt8(count)]
        case 256..<65_536: body += [0x79, UInt8(count >> 8), UInt8(count & 255)]
        default: body += [0x7A] + [24, 16, 8, 0].map { UInt8(count >> $0 & 255) }
        }
        body += Array(text.utf8)
    }
}

extension WireDialect {
    /// An error in this dialect.
    func reply(_ error: AWSError, of service: ServiceDescription, requestID: String) -> WireResponse {
        switch self {
        case .awsJSON10, .awsJSON11, .awsQuery, .restJSON1:
            self.codec?.reply(error, of: service, requestID: requestID) ?? ErrorFrame.restXML(error, requestID: requestID)
        case .ec2Query: ErrorFrame.ec2Query(error, requestID: requestID)
        case .restXML: ErrorFrame.restXML(error, requestID: requestID)
        case .rpcV2CBOR: ErrorFrame.rpcV2CBOR(error, requestID: requestID)
        }
    }
}
