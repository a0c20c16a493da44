/// What a request says about its signature, in the header or the presigned form.
struct SignedRequest: Sendable, Equatable {
    enum Form: Sendable, Equatable {
        case header
        /// Seconds that the URL is valid for.
        case presigned(expires: Int)
        /// A URL of S3 with a signature of version 2, until a second since 1970.
        case version2(expires: Int)
    }

    let form: Form
    let accessKeyID: String
    let scope: SignatureV4.CredentialScope
    /// Lower-case names in the order given.
    let signedHeaders: [String]
    let signature: String
    /// `20261120T231204Z`.
    let date: String
    let sessionToken: String?

    /// - Returns: `nil` where the request carries no signature at all.
    /// - Throws: `AuthenticationFailure.malformed` naming what is wrong.
    static func read(_ request: WireRequest) throws(AuthenticationFailure) -> SignedRequest? {
        if let header = request.headers["Authorization"] { return try self.header(header, request) }
        let query = PercentEncoding.pairs(request.query, plusIsSpace: false)
        if query.contains(where: { $0.name == "X-Amz-Algorithm" || $0.name == "X-Amz-Credential" }) {
            return try self.presigned(query)
        }
        guard query.contains(where: { $0.name == "AWSAccessKeyId" }) else { return nil }
        return try self.version2(query)
    }

    /// The scope names no date and no region: the signature covers neither.
    private static func version2(
        _ query: [(name: String, value: String)]
    ) throws(AuthenticationFailure) -> SignedRequest {
        func parameter(_ name: String) -> String? { query.first { $0.name.lowercased() == name.lowercased() }?.value }
        guard let key = parameter("AWSAccessKeyId"), let signature = parameter("Signature"),
            let expires = parameter("Expires").flatMap({ Int($0) })
        else {
            throw .malformed(
                "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters")
        }
        return SignedRequest(
            form: .version2(expires: expires), accessKeyID: key,
            scope: SignatureV4.CredentialScope(date: "", region: "", service: SignatureV4.s3), signedHeaders: [],
            signature: signature, date: "", sessionToken: parameter("x-amz-security-token"))
    }

    private static func header(_ header: String, _ request: WireRequest) throws(AuthenticationFailure) -> SignedRequest
    {
        guard header.hasPrefix(SignatureV4.algorithm + " ") else {
            throw .malformed(
                "Authorization header requires '\(SignatureV4.algorithm)' as its algorithm. Authorization=\(header.prefix(40))"
            )
        }
        var parts: [String: String] = [:]
        for part in header.utf8.dropFirst(SignatureV4.algorithm.utf8.count + 1).split(separator: UInt8(ascii: ",")) {
            let text = part.drop { $0 == UInt8(ascii: " ") }
            let pair = text.split(separator: UInt8(ascii: "="), maxSplits: 1)
            guard pair.count == 2 else {
                throw .malformed(
                    "'\(Substring(text))' not a valid key=value pair (missing equal-sign) in Authorization header: '\(header)'."
                )
            }
            parts[String(Substring(pair[0]))] = String(Substring(pair[1]))
        }
        var missing: [String] = []
        for name in ["Credential", "Signature", "SignedHeaders"] where parts[name] == nil {
            missing.append("'\(name)'")
        }
        guard let date = request.headers["X-Amz-Date"] ?? request.headers["Date"] else {
            throw .malformed(
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=\(header)"
            )
        }
        guard missing.isEmpty, let credential = parts["Credential"], let signature = parts["Signature"],
            let headers = parts["SignedHeaders"]
        else {
            throw .malformed(
                "Authorization header requires \(missing.joined(separator: ", ")) parameter. Authorization=\(header)")
        }
        let (key, scope) = try self.credential(credential)
        return SignedRequest(
            form: .header, accessKeyID: key, scope: scope,
            signedHeaders: headers.lowercased().utf8.split(separator: UInt8(ascii: ";")).map { String(Substring($0)) },
            signature: signature, date: date, sessionToken: request.headers["X-Amz-Security-Token"])
    }

    private static func presigned(_ query: [(name: String, value: String)]) throws(AuthenticationFailure)
        -> SignedRequest
    {
        func parameter(_ name: String) throws(AuthenticationFailure) -> String {
            guard let value = query.first(where: { $0.name == name })?.value, !value.isEmpty else {
                throw .malformed("AWS query-string parameters must include '\(name)'.")
            }
            return value
        }
        guard try parameter("X-Amz-Algorithm") == SignatureV4.algorithm else {
            throw .malformed("X-Amz-Algorithm only supports \"\(SignatureV4.algorithm)\".")
        }
        guard let expires = Int(try parameter("X-Amz-Expires")), (1...604_800).contains(expires) else {
            throw .malformed("X-Amz-Expires must be between 1 and 604800 seconds.")
        }
        let (key, scope) = try self.credential(try parameter("X-Amz-Credential"))
        return SignedRequest(
            form: .presigned(expires: expires), accessKeyID: key, scope: scope,
            signedHeaders: try parameter("X-Amz-SignedHeaders").lowercased().split(separator: ";").map(String.init),
            signature: try parameter("X-Amz-Signature"), date: try parameter("X-Amz-Date"),
            sessionToken: query.first { $0.name == "X-Amz-Security-Token" }?.value)
    }

    private static func credential(_ text: String) throws(AuthenticationFailure) -> (
        String, SignatureV4.CredentialScope
    ) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
        guard parts.count == 5, parts[4] == "aws4_request" else {
            throw .malformed(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '\(text)'."
            )
        }
        return (parts[0], SignatureV4.CredentialScope(date: parts[1], region: parts[2], service: parts[3]))
    }
}
