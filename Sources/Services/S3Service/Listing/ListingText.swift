internal import S3API
internal import Store
internal import WireProtocol

/// Keys as a listing writes them.
struct ListingText: Sendable {
    private let isEncoded: Bool

    init(_ encoding: S3.EncodingType?) { self.isEncoded = encoding == .url }

    func text(_ key: String) -> String {
        self.isEncoded ? PercentEncoding.encode(key, keepingSlashes: true) : key
    }

    func optional(_ key: String?) -> String? { key.map { self.text($0) } }

    /// `nil` for none, which is how an empty list is written.
    func prefixes(_ prefixes: [String]) -> [S3.CommonPrefix]? {
        prefixes.isEmpty ? nil : prefixes.map { S3.CommonPrefix(prefix: self.text($0)) }
    }

    func objects(_ objects: [StoredObject], owner: S3.Owner?) throws -> [S3.Object]? {
        guard !objects.isEmpty else { return nil }
        return try objects.map { object in
            S3.Object(
                key: self.text(object.key), lastModified: object.modifiedAt, eTag: object.etag,
                checksumAlgorithm: object.checksum.map { [.init(rawValue: $0.algorithm)] },
                checksumType: object.checksum.map { .init(rawValue: $0.type) }, size: object.size,
                storageClass: .init(rawValue: try object.storageClass()), owner: owner)
        }
    }

    /// - Throws: `InvalidArgument` for a negative number.
    static func limit(_ asked: Int?, named name: String) throws -> Int {
        guard let asked else { return 1000 }
        guard asked >= 0 else {
            throw Failures.invalidArgument(
                "Argument \(name) must be an integer between 0 and 2147483647", name, String(asked))
        }
        return min(asked, 1000)
    }
}
