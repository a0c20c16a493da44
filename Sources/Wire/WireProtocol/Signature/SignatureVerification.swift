package import Model

/// A key that the server knows.
package struct KnownCredential: Sendable {
    package let secretAccessKey: String
    /// Set for temporary credentials; a request must then carry it.
    package let sessionToken: String?
    package let expiration: Timestamp?
    package let principal: Principal

    package init(
        secretAccessKey: String, sessionToken: String? = nil, expiration: Timestamp? = nil, principal: Principal
    ) {
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
        self.principal = principal
    }
}

/// Checks a request's signature against a known key.
struct SignatureVerification {
    /// The most generous window that AWS's services grant.
    private static let allowedSkew = Duration.seconds(15 * 60)

    let request: WireRequest
    let signed: SignedRequest
    let now: Timestamp
    var keys = SigningKeys()

    /// - Throws: the first reason not to accept it, in AWS's order: key, session, clock, signature.
    func check(_ credential: KnownCredential?) throws(AuthenticationFailure) {
        guard let credential else { throw .unknownKey }
        guard credential.sessionToken == self.signed.sessionToken else { throw .badToken }
        if let expiration = credential.expiration, expiration <= self.now { throw .expiredSession }
        if case .version2(let expires) = self.signed.form {
            return try self.checkVersion2(credential, expires: expires)
        }
        try self.checkClock()
        let canonical = SignatureV4.canonicalRequest(
            self.request, signedHeaders: self.signed.signedHeaders, payloadHash: self.payloadHash,
            service: self.signed.scope.service)
        let expected = SignatureV4(scope: self.signed.scope, date: self.signed.date)
            .signature(of: canonical, key: self.keys.key(credential.secretAccessKey, self.signed.scope))
        guard ConstantTime.areEqual(expected, self.signed.signature), self.signed.signedHeaders.contains("host"),
            self.isPayloadIntact
        else {
            throw .signatureMismatch
        }
    }

    private func checkVersion2(_ credential: KnownCredential, expires: Int) throws(AuthenticationFailure) {
        guard self.now.milliseconds / 1000 <= expires else { throw .requestExpired }
        let expected = SignatureV2.signature(of: self.request, expires: expires, secret: credential.secretAccessKey)
        guard ConstantTime.areEqual(expected, self.signed.signature) else { throw .signatureMismatch }
    }

    private var payloadHash: String {
        if let declared = self.request.headers["x-amz-content-sha256"] { return declared }
        if self.signed.scope.service == SignatureV4.s3 { return "UNSIGNED-PAYLOAD" }
        return SignatureV4.sha256(self.request.body)
    }

    /// A declared hash is part of the signature; that the body has this hash is checked apart: for S3 while it comes in
    /// (`PayloadReader`).
    private var isPayloadIntact: Bool {
        guard self.signed.scope.service != SignatureV4.s3 else { return true }
        guard let declared = self.request.headers["x-amz-content-sha256"], declared.utf8.count == 64 else {
            return true
        }
        return declared == SignatureV4.sha256(self.request.body)
    }

    private func checkClock() throws(AuthenticationFailure) {
        guard let date = Timestamp(iso8601: self.signed.date) else {
            throw .malformed(
                "Date must be in ISO-8601 'basic format'. Got '\(self.signed.date)'. See http://en.wikipedia.org/wiki/ISO_8601"
            )
        }
        guard self.signed.date.hasPrefix(self.signed.scope.date) else {
            throw .clockSkew(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                    + "'\(self.signed.scope.date)' != '\(self.signed.date.prefix(8))', from '\(self.signed.date)'.")
        }
        var allowedAge = Self.allowedSkew
        if case .presigned(let expires) = self.signed.form {
            allowedAge = .seconds(expires)
            if self.signed.scope.service == SignatureV4.s3, date < self.now - allowedAge { throw .requestExpired }
        }
        if date < self.now - allowedAge {
            throw .clockSkew(
                "Signature expired: \(self.signed.date) is now earlier than \((self.now - allowedAge).basicISO8601) (\(self.now.basicISO8601) - "
                    + "\(allowedAge.milliseconds / 60_000) min.)")
        }
        if date > self.now + Self.allowedSkew {
            throw .clockSkew(
                "Signature not yet current: \(self.signed.date) is still later than \((self.now + Self.allowedSkew).basicISO8601) "
                    + "(\(self.now.basicISO8601) + 15 min.)")
        }
    }
}
