package import Model

/// Signs requests as a client does.
package struct RequestSigner: Sendable {
    package let accessKeyID: String
    package let secretAccessKey: String
    package let sessionToken: String?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }

    /// Adds `X-Amz-Date`, the session token and `Authorization`. The request must carry its `Host` header.
    package func sign(_ request: inout WireRequest, region: String, service: String, at now: Timestamp) {
        let date = now.basicISO8601
        request.headers.append("X-Amz-Date", date)
        if let token = self.sessionToken { request.headers.append("X-Amz-Security-Token", token) }
        if service == SignatureV4.s3, request.headers["x-amz-content-sha256"] == nil {
            request.headers.append("x-amz-content-sha256", SignatureV4.sha256(request.body))
        }
        let scope = SignatureV4.CredentialScope(date: String(date.prefix(8)), region: region, service: service)
        let signedHeaders = Set(request.headers.fields.map { $0.name.lowercased() }).sorted()
        let canonical = SignatureV4.canonicalRequest(
            request, signedHeaders: signedHeaders,
            payloadHash: request.headers["x-amz-content-sha256"] ?? SignatureV4.sha256(request.body), service: service)
        let signature = SignatureV4(scope: scope, date: date).signature(of: canonical, secret: self.secretAccessKey)
        request.headers.append(
            "Authorization",
            "\(SignatureV4.algorithm) Credential=\(self.accessKeyID)/\(scope.text), "
                + "SignedHeaders=\(signedHeaders.joined(separator: ";")), Signature=\(signature)")
    }
}
