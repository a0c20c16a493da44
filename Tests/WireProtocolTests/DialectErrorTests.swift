internal import Testing

@testable internal import WireProtocol

/// One error in each protocol.
struct DialectErrorTests {
    private let error = AWSError(code: "Broken", message: "a <b> & c", status: 404)
    private let service = ServiceDescription(
        name: "", signingName: "", apiVersion: "", targetPrefix: nil, xmlNamespace: nil, dialects: [],
        operationNames: [])

    private func reply(_ dialect: WireDialect) -> WireResponse {
        dialect.codec.reply(self.error, of: self.service, requestID: "id-1")
    }

    @Test(arguments: WireDialect.allCases)
    func everyDialectCarriesStatusAndRequestID(dialect: WireDialect) {
        #expect(self.reply(dialect).status == 404)
        let header = dialect == .restXML ? "x-amz-request-id" : "x-amzn-RequestId"
        #expect(self.reply(dialect).headers[header] == "id-1")
        #expect(
            self.reply(dialect).text.contains("Broken") || self.reply(dialect).headers["x-amzn-ErrorType"] == "Broken")
    }

    @Test func ec2HasAListOfErrors() {
        #expect(
            self.reply(.ec2Query).text.hasSuffix(
                "<Response><Errors><Error><Code>Broken</Code><Message>a &lt;b&gt; &amp; c</Message></Error></Errors>"
                    + "<RequestID>id-1</RequestID></Response>"))
    }

    @Test func s3HasABareError() {
        #expect(
            self.reply(.restXML).text.hasSuffix(
                "<Error><Code>Broken</Code><Message>a &lt;b&gt; &amp; c</Message><RequestId>id-1</RequestId>"
                    + "<HostId>id-1</HostId></Error>"))
    }

    @Test func s3NamesWhatAnErrorIsAbout() {
        let error = AWSError(
            code: "NoSuchKey", message: "m", status: 404, members: ["Key": .string("a&b"), "Size": .integer(3)])
        let reply = WireDialect.restXML.codec.reply(error, of: self.service, requestID: "id-1")
        #expect(reply.text.contains("<Message>m</Message><Key>a&amp;b</Key><Size>3</Size><RequestId>"))
    }

    @Test(arguments: [0, 23, 24, 255, 256, 65_535, 65_536])
    func cborWritesLengthsInTheirShortestForm(length: Int) {
        let error = AWSError(code: "C", message: String(repeating: "m", count: length))
        let reply = WireDialect.rpcV2CBOR.codec.reply(error, of: self.service, requestID: "id-1")
        let head: [UInt8] =
            switch length {
            case 0..<24: [0x60 | UInt8(length)]
            case 24..<256: [0x78, UInt8(length)]
            case 256..<65_536: [0x79, UInt8(length >> 8), UInt8(length & 255)]
            default: [0x7A, 0, 1, 0, 0]
            }
        let start = [0xA2, 0x66] + Array("__type".utf8) + [0x61, UInt8(ascii: "C"), 0x67] + Array("message".utf8)
        #expect(reply.body == start + head + Array(error.message.utf8))
        #expect(reply.headers["smithy-protocol"] == "rpc-v2-cbor")
    }
}
