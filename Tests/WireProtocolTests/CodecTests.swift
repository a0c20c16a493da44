internal import ECSAPI
internal import ELBv2API
internal import LambdaAPI
internal import Model
internal import Testing

@testable internal import WireProtocol

struct CodecTests {
    private func form(_ body: String) -> WireRequest {
        WireRequest(
            method: "POST", target: "/", headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: Array(body.utf8))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func read<Operation: AWSOperation>(_ operation: Operation.Type, _ request: WireRequest) throws
        -> Operation.Input
    {
        let codec = try #require(Operation.service.dialects.first?.codec)
        return try Operation.Input(wire: codec.input(of: request, for: OperationFrame(operation)))
    }

    @Test func queryListsAreReadInNumericOrder() throws {
        let members = (1...11).reversed().map { "Names.member.\($0)=tg\($0)" }.joined(separator: "&")
        let input = try self.read(ELBv2.DescribeTargetGroups.self, self.form("Action=DescribeTargetGroups&\(members)"))
        #expect(input.names == (1...11).map { "tg\($0)" })
    }

    @Test func emptyQueryParametersOfEnumsAndNumbersAreAbsent() throws {
        let input = try self.read(
            ELBv2.CreateTargetGroup.self,
            self.form("Name=web+green&Protocol=&Port=&ProtocolVersion=&HealthCheckPath=%2Fa%26b"))
        #expect(input.name == "web green")
        #expect(input.`protocol` == nil)
        #expect(input.port == nil)
        #expect(input.healthCheckPath == "/a&b")
    }

    @Test func aQueryParameterOfThousandsOfDotsIsIgnored() throws {
        let dots = String(repeating: "A.", count: 100_000)
        let input = try self.read(ELBv2.DescribeTargetGroups.self, self.form("\(dots)=x&PageSize=7"))
        #expect(input == .init(pageSize: 7))
    }

    @Test func aQueryReplyWrapsItsResult() throws {
        let output = ELBv2.CreateTargetGroup.Output(targetGroups: [
            .init(targetGroupArn: "arn", targetGroupName: "a<b", port: 80)
        ])
        let reply = AWSQueryCodec().reply(
            output.wireValue, of: OperationFrame(ELBv2.CreateTargetGroup.self), requestID: "id-1")
        let body = self.text(reply.body)
        #expect(
            body.hasSuffix(
                #"<CreateTargetGroupResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/">"#
                    + "<CreateTargetGroupResult><TargetGroups><member><TargetGroupArn>arn</TargetGroupArn>"
                    + "<TargetGroupName>a&lt;b</TargetGroupName><Port>80</Port></member></TargetGroups></CreateTargetGroupResult>"
                    + "<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></CreateTargetGroupResponse>"),
            "\(body)")
        #expect(reply.headers["x-amzn-RequestId"] == "id-1")
    }

    @Test func aQueryErrorCarriesTheModelsCode() {
        let error = ELBv2.Errors.targetGroupNotFoundException("Target groups 'x' not found")
        let reply = AWSQueryCodec().reply(error, of: ELBv2.service, requestID: "id-1")
        #expect(reply.status == 400)
        #expect(
            self.text(reply.body).contains(
                "<Error><Type>Sender</Type><Code>TargetGroupNotFound</Code><Message>Target groups 'x' not found</Message></Error>"
                    + "<RequestId>id-1</RequestId>"))
    }

    @Test func aJSONErrorNamesTypeMessageAndFurtherMembers() throws {
        let error = ECS.Errors.conflictException("taken", resourceIds: ["a"])
        let reply = AWSJSONCodec(contentType: "application/x-amz-json-1.1").reply(
            error, of: ECS.service, requestID: "id-1")
        let json = try JSONValue(parsing: reply.body)
        #expect(reply.status == 400)
        #expect(json["__type"] == .string("ConflictException"))
        #expect(json["message"] == .string("taken"))
        #expect(json["resourceIds"] == .array([.string("a")]))
    }

    @Test func jsonIgnoresUnknownAndNullMembers() throws {
        let body = #"{"cluster":null,"services":["a"],"surprise":{"x":[1]}}"#
        let input = try self.read(
            ECS.DescribeServices.self, WireRequest(method: "POST", target: "/", body: Array(body.utf8)))
        #expect(input == .init(services: ["a"]))
    }

    @Test(arguments: [
        "[]", "{", "{\"services\":\"a\"}", "{\"services\":[1]}", "nonsense", "{\"cluster\":{}}", "\u{FEFF}{}",
    ])
    func jsonOfAnotherFormIsASyntaxError(body: String) {
        let request = WireRequest(method: "POST", target: "/", body: Array(body.utf8))
        #expect {
            _ = try AWSJSONCodec(contentType: "x").input(of: request, for: OperationFrame(ECS.DescribeServices.self))
        } throws: { error in
            if case .syntax = error as? UnreadableInput { true } else { false }
        }
    }

    @Test func restJSONReadsPathQueryHeadersAndPayload() throws {
        let request = WireRequest(
            method: "POST", target: "/2015-03-31/functions/my%3Ahook/invocations?Qualifier=live",
            headers: ["x-amz-invocation-type": "Event", "X-Amz-Log-Type": "Tail"], body: Array(#"{"a":1}"#.utf8))
        let input = try self.read(Lambda.Invoke.self, request)
        #expect(input.functionName == "my:hook")
        #expect(input.qualifier == "live")
        #expect(input.invocationType == .event)
        #expect(input.logType == .tail)
        #expect(input.payload == Array(#"{"a":1}"#.utf8))
    }

    @Test func restJSONWritesStatusHeadersAndPayload() {
        let output = Lambda.Invoke.Output(statusCode: 202, functionError: "Unhandled", payload: Array("x".utf8))
        let reply = RestCodec(documents: .json).reply(
            output.wireValue, of: OperationFrame(Lambda.Invoke.self), requestID: "id-1")
        #expect(reply.status == 202)
        #expect(reply.headers["X-Amz-Function-Error"] == "Unhandled")
        #expect(self.text(reply.body) == "x")
    }

    @Test func restJSONErrorsNameTheirTypeInTheHeader() {
        let error = Lambda.Errors.resourceNotFoundException("Function not found: f")
        let reply = RestCodec(documents: .json).reply(error, of: Lambda.service, requestID: "id-1")
        #expect(reply.status == 404)
        #expect(reply.headers["x-amzn-ErrorType"] == "ResourceNotFoundException")
        #expect(self.text(reply.body).contains(#""Type":"User""#))
    }

    @Test(arguments: ["", "f", "fo", "foo", "foob"])
    func base64ReadsWhatItWrites(text: String) {
        #expect(Base64.decode(Base64.encode(Array(text.utf8))) == Array(text.utf8))
    }

    @Test(arguments: ["a", "ab=c", "!!!!", "YQ==YQ=="])
    func base64RefusesOtherText(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: ["1e300", "nan", "inf", "-1e99", "99999999999999"])
    func absurdTimestampsAreRefused(text: String) {
        #expect(TextualScalar.value(text, as: .timestamp(nil)) == nil)
    }
}
