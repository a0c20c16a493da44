/// What is wrong with a body, in S3's words.
enum PayloadError {
    static let badMD5 = AWSError(
        code: "BadDigest", message: "The Content-MD5 you specified did not match what we received.")
    static let invalidMD5 = AWSError(
        code: "InvalidDigest", message: "The Content-MD5 you specified was invalid.")
    static let sha256Mismatch = AWSError(
        code: "XAmzContentSHA256Mismatch",
        message: "The provided 'x-amz-content-sha256' header does not match what was computed.")
    static let missingSHA256 = AWSError(
        code: "InvalidRequest", message: "Missing required header for this request: x-amz-content-sha256")
    static let missingLength = AWSError(
        code: "MissingContentLength", message: "You must provide the Content-Length HTTP header.", status: 411)
    static let incomplete = AWSError(
        code: "IncompleteBody",
        message: "You did not provide the number of bytes specified by the Content-Length HTTP header")
    static let malformedTrailer = AWSError(
        code: "MalformedTrailerError", message: "The request contained trailing data that was not well-formed.")
    static let signatureMismatch = AuthenticationFailure.signatureMismatch.error(for: .restXML)

    static func malformedChunk(_ reason: String) -> AWSError {
        AWSError(code: "InvalidRequest", message: "The body is not in the form of aws-chunked: \(reason).")
    }

    static func badChecksum(_ algorithm: Checksum.Algorithm) -> AWSError {
        AWSError(
            code: "BadDigest",
            message: "The \(algorithm.rawValue) you specified did not match the calculated checksum.")
    }

    static func invalidChecksum(_ header: String) -> AWSError {
        AWSError(code: "InvalidRequest", message: "Value for \(header) header is invalid.")
    }

    static let severalChecksums = AWSError(
        code: "InvalidRequest",
        message: "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
    static let missingChecksum = AWSError(
        code: "InvalidRequest",
        message:
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers "
            + "were found.")

    static func notImplemented(_ what: String) -> AWSError {
        AWSError(code: "NotImplemented", message: "\(what) is not supported by Teal", status: 501)
    }
}
