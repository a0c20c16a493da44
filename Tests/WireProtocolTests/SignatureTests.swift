internal import Model
internal import Testing

@testable internal import WireProtocol

struct SignatureTests {
    private static let moment = Timestamp(milliseconds: 1_795_216_324_000)

    private func check(_ request: WireRequest, _ credential: KnownCredential?, at now: Timestamp = Self.moment) throws {
        let signed = try #require(try SignedRequest.read(request))
        try SignatureVerification(request: request, signed: signed, now: now).check(credential)
    }

    private func credential(for request: WireRequest, secret: String = BotocoreFixtures.secret) -> KnownCredential {
        KnownCredential(
            secretAccessKey: secret, sessionToken: request.headers["X-Amz-Security-Token"],
            principal: .root(account: "123456789012"))
    }

    @Test func acceptsWhatBotocoreSigned() throws {
        for (name, request) in BotocoreFixtures.all {
            #expect(throws: Never.self, "\(name)") { try self.check(request, self.credential(for: request)) }
        }
    }

    @Test func refusesAnotherSecretBodyPathOrHeader() throws {
        for (_, request) in BotocoreFixtures.all {
            #expect(throws: AuthenticationFailure.signatureMismatch) {
                try self.check(request, self.credential(for: request, secret: "other"))
            }
            var changedBody = request
            changedBody.body += [0x20]
            #expect(throws: AuthenticationFailure.signatureMismatch) {
                try self.check(changedBody, self.credential(for: request))
            }
            var changedPath = request
            changedPath.target = "/other"
            #expect(throws: AuthenticationFailure.signatureMismatch) {
                try self.check(changedPath, self.credential(for: request))
            }
        }
    }

    @Test func refusesASessionKeyWithoutItsToken() throws {
        let request = BotocoreFixtures.all[0].request
        let credential = KnownCredential(
            secretAccessKey: BotocoreFixtures.secret, sessionToken: "token", principal: .root(account: "123456789012"))
        #expect(throws: AuthenticationFailure.badToken) { try self.check(request, credential) }
        #expect(throws: AuthenticationFailure.unknownKey) { try self.check(request, nil) }
    }

    @Test func refusesAnEndedSession() throws {
        let request = BotocoreFixtures.all[1].request
        let credential = KnownCredential(
            secretAccessKey: BotocoreFixtures.secret, sessionToken: "a/session+token==", expiration: Self.moment,
            principal: .root(account: "123456789012"))
        #expect(throws: AuthenticationFailure.expiredSession) { try self.check(request, credential) }
    }

    @Test(arguments: [-901, 901])
    func refusesAClockThatIsAQuarterOfAnHourOff(seconds: Int) throws {
        let request = BotocoreFixtures.all[0].request
        #expect {
            try self.check(request, self.credential(for: request), at: Self.moment + .seconds(seconds))
        } throws: { error in
            if case .clockSkew = error as? AuthenticationFailure { true } else { false }
        }
        let nearly = seconds > 0 ? seconds - 2 : seconds + 2
        #expect(throws: Never.self) {
            try self.check(request, self.credential(for: request), at: Self.moment + .seconds(nearly))
        }
    }

    /// The example of the S3 documentation (platform.md section 2.3).
    @Test func acceptsAPresignedURL() throws {
        let request = WireRequest(
            method: "GET",
            target:
                "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3"
                + "%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
            headers: ["Host": "examplebucket.s3.amazonaws.com"])
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
        let signedAt = try #require(Timestamp(iso8601: "20130524T000000Z"))
        let credential = self.credential(for: request, secret: secret)
        try self.check(request, credential, at: signedAt + .hours(23))
        #expect(throws: AuthenticationFailure.requestExpired) {
            try self.check(request, credential, at: signedAt + .hours(25))
        }
    }

    @Test func signsWhatItAccepts() throws {
        var request = WireRequest(
            method: "POST", target: "/a%20b/../c//d?z=1&a=%2F", headers: ["Host": "h:1"], body: [1, 2, 3])
        let signer = RequestSigner(accessKeyID: "ASIA", secretAccessKey: "secret", sessionToken: "token")
        signer.sign(&request, region: "r", service: "lambda", at: Self.moment)
        try self.check(
            request, KnownCredential(secretAccessKey: "secret", sessionToken: "token", principal: .service("x")))
    }

    @Test(arguments: [
        "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential",
        "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=00",
        "Bearer token", "", "AWS4-HMAC-SHA256 Credential=a/20261120/r/s/aws4_request, Signature=00",
    ])
    func namesWhatIsWrongWithAHeader(header: String) {
        let request = WireRequest(
            method: "POST", target: "/", headers: ["Authorization": header, "X-Amz-Date": "20261120T231204Z"])
        #expect {
            _ = try SignedRequest.read(request)
        } throws: { error in
            if case .malformed = error as? AuthenticationFailure { true } else { false }
        }
    }
}
