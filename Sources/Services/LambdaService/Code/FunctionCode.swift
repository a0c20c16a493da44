internal import Crypto
internal import FunctionRuntime
internal import LambdaAPI
internal import WireProtocol

/// Code that has been unpacked and is ready to run.
struct FunctionCode: Sendable {
    static let maximumZipSize = 52_428_800

    /// Hexadecimal.
    let sha: String
    /// As in `CodeSha256`.
    let base64SHA: String
    let size: Int

    /// Checks and unpacks an archive.
    /// - Parameter body: makes a function refer to it; until then the code is held.
    static func keep<Value>(
        _ zip: [UInt8]?, in codes: FunctionCodeStore, _ body: (FunctionCode) async throws -> Value
    ) async throws -> Value {
        guard let zip, !zip.isEmpty else {
            throw Lambda.Errors.invalidParameterValueException("Please provide a source for function code.")
        }
        guard zip.count <= Self.maximumZipSize else {
            throw Lambda.Errors.requestTooLargeException(
                "Zipped size must be smaller than \(Self.maximumZipSize) bytes")
        }
        let digest = Array(SHA256.hash(data: zip))
        let sha = digest.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
        let code = FunctionCode(sha: sha, base64SHA: Base64.encode(digest), size: zip.count)
        do {
            return try await codes.keep(zip, sha: sha) { try await body(code) }
        } catch is ZipArchiveError {
            throw Lambda.Errors.invalidParameterValueException(
                "Could not unzip uploaded file. Please check your file, then try to upload again.")
        } catch FunctionCodeError.tooLarge {
            throw Lambda.Errors.invalidParameterValueException(
                "Unzipped size must be smaller than \(FunctionCodeStore.maximumUnpackedSize) bytes")
        }
    }
}
