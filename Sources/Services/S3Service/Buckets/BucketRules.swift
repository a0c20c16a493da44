internal import Crypto
internal import Model
internal import S3API
internal import Store
internal import WireProtocol

enum BucketRules {
    /// General purpose bucket naming rules of the user guide.
    /// - Throws: `InvalidBucketName`.
    static func checkName(_ name: String) throws {
        let letters = name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-" || $0 == ".") }
        let ends = [name.first, name.last].allSatisfy { $0.map { $0.isLetter || $0.isNumber } ?? false }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let isAddress = parts.count == 4 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isNumber) }
        let isReserved =
            ["xn--", "sthree-", "amzn-s3-demo-"].contains { name.hasPrefix($0) }
            || ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].contains { name.hasSuffix($0) }
        guard (3...63).contains(name.utf8.count), letters, ends, !parts.contains(""), !isAddress, !isReserved else {
            throw AWSError(
                code: "InvalidBucketName", message: "The specified bucket is not valid.",
                members: ["BucketName": .string(name)])
        }
    }

    /// The canonical user that owns everything of an account.
    static func owner(_ scope: Scope) -> S3.Owner {
        let digest = SHA256.hash(data: Array("canonical user of \(scope.account)".utf8))
        return S3.Owner(id: digest.map { Self.hexadecimal($0) }.joined())
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}

extension StoreSnapshot {
    /// - Parameter owner: the account that the caller expects to own it.
    /// - Throws: `NoSuchBucket`, `AccessDenied`.
    @discardableResult
    func existingBucket(_ name: String, owner: String?, _ context: RequestContext) throws -> StoredBucket {
        guard let bucket = try self.bucket(name) else { throw Failures.noSuchBucket(name) }
        guard owner ?? context.scope.account == context.scope.account else {
            throw S3.Errors.accessDenied("Access Denied")
        }
        return bucket
    }
}
