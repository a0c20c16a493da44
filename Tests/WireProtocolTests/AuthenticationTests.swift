internal import Model
internal import Testing

@testable internal import WireProtocol

/// The codes and messages with which AWS refuses a signature, in each kind of protocol (platform.md section 2.5).
struct AuthenticationTests {
    private let fixture = DispatcherFixture()
    private let query = DispatcherFixture.form("Action=GetCallerIdentity&Version=2011-06-15")
    private let json = DispatcherFixture.json("DescribeClusters")
    private let rest = WireRequest(method: "GET", target: "/2015-03-31/functions/f", headers: ["Host": "h"])

    private struct Refusal: Equatable, CustomStringConvertible {
        let status: Int
        let code: String
        var description: String { "\(self.status) \(self.code)" }
    }

    /// What each protocol answers: query, JSON, restJson1.
    private func refusals(
        as signer: RequestSigner?, at moment: Timestamp = DispatcherFixture.moment, _ fixture: DispatcherFixture? = nil,
        change: (inout WireRequest) -> Void = { _ in }
    ) async throws -> (refusals: [Refusal], message: String) {
        var refusals: [Refusal] = []
        var message = ""
        for (request, service) in [(self.query, "sts"), (self.json, "ecs"), (self.rest, "lambda")] {
            var request = request
            signer?.sign(&request, region: "us-east-1", service: service, at: moment)
            change(&request)
            let reply = await (fixture ?? self.fixture).dispatcher.respond(to: request)
            if let header = reply.headers["x-amzn-ErrorType"] {
                refusals.append(Refusal(status: reply.status, code: header))
            } else {
                let error = try #require(XMLElement(parsing: reply.body)?.child("Error"))
                refusals.append(Refusal(status: reply.status, code: error.child("Code")?.text ?? ""))
                message = error.child("Message")?.text ?? ""
            }
        }
        return (refusals, message)
    }

    @Test func aMissingSignature() async throws {
        let (refusals, message) = try await self.refusals(as: nil)
        #expect(
            refusals.map(\.description) == [
                "403 MissingAuthenticationToken", "400 MissingAuthenticationTokenException",
                "403 MissingAuthenticationTokenException",
            ])
        #expect(message == "Request is missing Authentication Token")
    }

    @Test func anUnknownKey() async throws {
        let (refusals, message) = try await self.refusals(
            as: RequestSigner(accessKeyID: "AKIAOTHER", secretAccessKey: "x"))
        #expect(
            refusals.map(\.description) == [
                "403 InvalidClientTokenId", "400 UnrecognizedClientException", "403 UnrecognizedClientException",
            ])
        #expect(message == "The security token included in the request is invalid.")
    }

    @Test(arguments: [nil, "other"])
    func aSessionKeyWithoutItsToken(token: String?) async throws {
        let signer = RequestSigner(
            accessKeyID: DispatcherFixture.session.accessKeyID,
            secretAccessKey: DispatcherFixture.session.secretAccessKey,
            sessionToken: token)
        let (refusals, _) = try await self.refusals(as: signer)
        #expect(
            refusals.map(\.description) == [
                "403 InvalidClientTokenId", "400 UnrecognizedClientException", "403 UnrecognizedClientException",
            ])
    }

    @Test func anotherSecret() async throws {
        let signer = RequestSigner(accessKeyID: DispatcherFixture.key.accessKeyID, secretAccessKey: "other")
        let (refusals, message) = try await self.refusals(as: signer)
        #expect(
            refusals.map(\.description) == [
                "403 SignatureDoesNotMatch", "400 InvalidSignatureException", "403 InvalidSignatureException",
            ])
        #expect(
            message
                == "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
                + "and signing method. Consult the service documentation for details.")
    }

    @Test func aBodyOrHeaderThatChangedOnTheWay() async throws {
        for change in [{ $0.headers.append("X-Amz-Target", "y") }, { $0.target += "?a=b" }]
            as [(inout WireRequest) -> Void]
        {
            let (refusals, _) = try await self.refusals(as: DispatcherFixture.key, change: change)
            #expect(refusals.contains { $0.code.contains("Signature") })
        }
    }

    @Test func aClockThatIsBehind() async throws {
        let (refusals, message) = try await self.refusals(
            as: DispatcherFixture.key, at: DispatcherFixture.moment - .seconds(1000))
        #expect(
            refusals.map(\.description) == [
                "403 SignatureDoesNotMatch", "400 InvalidSignatureException", "403 InvalidSignatureException",
            ])
        #expect(
            message
                == "Signature expired: 20261120T225524Z is now earlier than 20261120T225704Z (20261120T231204Z - 15 min.)"
        )
    }

    @Test func aClockThatIsAhead() async throws {
        let (_, message) = try await self.refusals(
            as: DispatcherFixture.key, at: DispatcherFixture.moment + .seconds(1000))
        #expect(
            message
                == "Signature not yet current: 20261120T232844Z is still later than 20261120T232704Z (20261120T231204Z + 15 min.)"
        )
    }

    @Test func aSessionThatHasEnded() async throws {
        let (refusals, message) = try await self.refusals(
            as: DispatcherFixture.session, DispatcherFixture(sessionEnds: DispatcherFixture.moment))
        #expect(
            refusals.map(\.description) == [
                "403 ExpiredToken", "400 ExpiredTokenException", "403 ExpiredTokenException",
            ])
        #expect(message == "The security token included in the request is expired")
    }

    @Test func aHeaderWithoutItsParts() async throws {
        let (refusals, message) = try await self.refusals(as: nil) { request in
            request.headers.append("X-Amz-Date", "20261120T231204Z")
            request.headers.append("Authorization", "AWS4-HMAC-SHA256 Credential")
        }
        #expect(
            refusals.map(\.description) == [
                "400 IncompleteSignature", "400 IncompleteSignatureException", "403 IncompleteSignatureException",
            ])
        #expect(
            message == "'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: "
                + "'AWS4-HMAC-SHA256 Credential'.")
    }

    @Test func aSignatureForAnotherService() async {
        let reply = await self.fixture.send(self.json, service: "sts")
        #expect(reply.status == 400)
        #expect(reply.text.contains("Credential should be scoped to correct service: 'ecs'"))
    }

    /// A presigned GetCallerIdentity, as tools hand it to each other.
    private func presigned(expires: Int, tampered: Bool = false) -> WireRequest {
        let scope = SignatureV4.CredentialScope(date: "20261120", region: "us-east-1", service: "sts")
        let query =
            "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
            + PercentEncoding.encode("AKIAKNOWN/\(scope.text)")
            + "&X-Amz-Date=20261120T231204Z&X-Amz-Expires=\(expires)&X-Amz-SignedHeaders=host"
        var request = WireRequest(method: "GET", target: "/?" + query, headers: ["Host": "h"])
        let canonical = SignatureV4.canonicalRequest(
            request, signedHeaders: ["host"], payloadHash: SignatureV4.sha256([]), service: "sts")
        let signature = SignatureV4(scope: scope, date: "20261120T231204Z").signature(of: canonical, secret: "secret")
        request.target += "&X-Amz-Signature=" + (tampered ? String(signature.reversed()) : signature)
        return request
    }

    @Test func aPresignedCall() async {
        let good = await self.fixture.dispatcher.respond(to: self.presigned(expires: 60))
        #expect(good.status == 200)
        #expect(good.text.contains("<Account>123456789012</Account>"))
        let bad = await self.fixture.dispatcher.respond(to: self.presigned(expires: 60, tampered: true))
        #expect(bad.text.contains("<Code>SignatureDoesNotMatch</Code>"))
        let never = await self.fixture.dispatcher.respond(to: self.presigned(expires: 0))
        #expect(never.text.contains("<Code>IncompleteSignature</Code>"))
    }

    @Test func aPresignedCallThatHasExpired() throws {
        let request = self.presigned(expires: 60)
        let signed = try #require(try SignedRequest.read(request))
        let late = SignatureVerification(request: request, signed: signed, now: DispatcherFixture.moment + .seconds(61))
        let known = KnownCredential(secretAccessKey: "secret", principal: .root(account: "1"))
        #expect(
            throws: AuthenticationFailure.clockSkew(
                "Signature expired: 20261120T231204Z is now earlier than 20261120T231205Z (20261120T231305Z - 1 min.)")
        ) { try late.check(known) }
    }
}
