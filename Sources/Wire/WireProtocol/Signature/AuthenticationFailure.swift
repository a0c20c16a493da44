/// Why a request's signature is not accepted.
enum AuthenticationFailure: Error, Equatable {
    case missing
    case malformed(String)
    case unknownKey
    /// The key's session token is another one, or the key has none.
    case badToken
    case signatureMismatch
    /// Signed too long ago or too far ahead.
    case clockSkew(String)
    case expiredSession
    /// A presigned URL of S3 after its time.
    case requestExpired
    /// Signed for another service than the one that the request means.
    case otherService(expected: String)

    /// The error as the services of this dialect word it (platform.md section 2.5).
    func error(for dialect: WireDialect) -> AWSError {
        let isQuery: Bool
        let status: Int
        switch dialect {
        case .restXML: return self.objectStorageError
        case .awsQuery, .ec2Query: (isQuery, status) = (true, 403)
        case .awsJSON10, .awsJSON11, .rpcV2CBOR: (isQuery, status) = (false, 400)
        case .restJSON1: (isQuery, status) = (false, 403)
        }
        switch self {
        case .missing:
            return isQuery
                ? AWSError(
                    code: "MissingAuthenticationToken", message: "Request is missing Authentication Token",
                    status: status)
                : AWSError(
                    code: "MissingAuthenticationTokenException", message: "Missing Authentication Token", status: status
                )
        case .malformed(let message):
            return AWSError(
                code: isQuery ? "IncompleteSignature" : "IncompleteSignatureException", message: message,
                status: isQuery ? 400 : status)
        case .unknownKey, .badToken:
            return AWSError(
                code: isQuery ? "InvalidClientTokenId" : "UnrecognizedClientException",
                message: "The security token included in the request is invalid.", status: status)
        case .signatureMismatch:
            return Self.signature(
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
                    + "and signing method. Consult the service documentation for details.", isQuery, status)
        case .clockSkew(let message): return Self.signature(message, isQuery, status)
        case .otherService(let expected):
            return Self.signature("Credential should be scoped to correct service: '\(expected)'. ", isQuery, status)
        case .requestExpired: return Self.signature("Request has expired", isQuery, status)
        case .expiredSession:
            return AWSError(
                code: isQuery ? "ExpiredToken" : "ExpiredTokenException",
                message: "The security token included in the request is expired", status: status)
        }
    }

    /// The error as S3 words it.
    private var objectStorageError: AWSError {
        switch self {
        case .missing: AWSError(code: "AccessDenied", message: "Access Denied", status: 403)
        case .malformed(let message): AWSError(code: "AuthorizationHeaderMalformed", message: message)
        case .unknownKey:
            AWSError(
                code: "InvalidAccessKeyId",
                message: "The AWS Access Key Id you provided does not exist in our records.", status: 403)
        case .badToken:
            AWSError(code: "InvalidToken", message: "The provided token is malformed or otherwise invalid.")
        case .signatureMismatch:
            AWSError(
                code: "SignatureDoesNotMatch",
                message:
                    "The request signature we calculated does not match the signature you provided. Check your key "
                    + "and signing method.", status: 403)
        case .clockSkew:
            AWSError(
                code: "RequestTimeTooSkewed",
                message: "The difference between the request time and the current time is too large.", status: 403)
        case .expiredSession: AWSError(code: "ExpiredToken", message: "The provided token has expired.")
        case .requestExpired: AWSError(code: "AccessDenied", message: "Request has expired", status: 403)
        case .otherService(let expected):
            AWSError(
                code: "AuthorizationHeaderMalformed",
                message: "The authorization header is malformed; incorrect service. This endpoint belongs to "
                    + "\"\(expected)\".")
        }
    }

    private static func signature(_ message: String, _ isQuery: Bool, _ status: Int) -> AWSError {
        AWSError(
            code: isQuery ? "SignatureDoesNotMatch" : "InvalidSignatureException", message: message, status: status)
    }
}
