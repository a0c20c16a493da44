internal import WireProtocol

enum ObjectRules {
    /// In one request, in bytes.
    static let maximumPut = 5 << 30

    /// - Throws: `KeyTooLongError`.
    static func checkKey(_ key: String) throws {
        guard key.utf8.count <= 1024 else {
            throw AWSError(
                code: "KeyTooLongError", message: "Your key is too long",
                members: ["Size": .integer(key.utf8.count), "MaxSizeAllowed": .integer(1024)])
        }
    }

    /// - Throws: `InvalidArgument` for every version but the one that an object without versions has.
    static func checkVersion(_ id: String?) throws {
        guard let id, id != "null" else { return }
        throw Failures.invalidArgument("Invalid version id specified", "versionId", id)
    }

    /// - Throws: `MissingContentLength`, `EntityTooLarge`.
    static func checkLength(_ payload: PayloadReader) throws {
        guard let length = payload.length else { throw Failures.missingLength }
        guard length <= Self.maximumPut else { throw Failures.tooLarge(length, maximum: Self.maximumPut) }
    }

    static func etag(_ md5: [UInt8]) -> String { "\"\(Hexadecimal.text(md5))\"" }
}

enum Hexadecimal {
    static func text(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// `nil` where the text is none.
    static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
