internal import Model
internal import S3API
internal import Store
internal import WireProtocol

/// The object that a copy is made of: `x-amz-copy-source`, percent-encoded, with or without a slash before it.
struct CopySource: Equatable, Sendable {
    let bucket: String
    let key: String

    init(bucket: String, key: String) {
        self.bucket = bucket
        self.key = key
    }

    /// - Throws: `InvalidArgument`, or `NotImplemented` for versions and access points.
    init(_ header: String) throws {
        guard !header.hasPrefix("arn:") else { throw Failures.notImplemented("x-amz-copy-source of an access point") }
        let parts = header.split(separator: "?", maxSplits: 1)
        if parts.count == 2 {
            let version = PercentEncoding.pairs(parts[1], plusIsSpace: false).first { $0.name == "versionId" }
            try ObjectRules.checkVersion(version?.value)
        }
        let path = PercentEncoding.decode(parts.first ?? "")
        let names = path.drop { $0 == "/" }.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard names.count == 2, !names[0].isEmpty, !names[1].isEmpty else {
            throw Failures.invalidArgument(
                "Copy Source must mention the source bucket and key: sourcebucket/sourcekey", "x-amz-copy-source",
                header)
        }
        self.bucket = String(names[0])
        self.key = String(names[1])
    }
}

extension S3Handlers {
    /// What a copy is made of, with the bytes that are asked for.
    struct CopiedObject: Sendable {
        let object: StoredObject
        let bytes: ByteSource
    }

    /// - Parameter range: of the object's bytes, by its size.
    func copied(
        _ source: CopySource, owner: String?, _ conditions: Conditions, _ context: RequestContext,
        range choose: @Sendable (Int) throws -> Range<Int>
    ) async throws -> CopiedObject {
        while true {
            let (object, files) = try await self.store.read { snapshot in
                let object = try snapshot.existingObject(source.bucket, source.key, owner: owner, context)
                return (object, try snapshot.files(ofObject: object.id))
            }
            switch conditions.verdict(etag: object.etag, modifiedAt: object.modifiedAt) {
            case .hold: break
            case .notModified: throw Failures.preconditionFailed("x-amz-copy-source-If-None-Match")
            case .failed(let header): throw Failures.preconditionFailed("x-amz-copy-source-\(header)")
            }
            let range = try choose(object.size)
            guard range.count <= ObjectRules.maximumPut else {
                throw Failures.invalidRequest(
                    "The specified copy source is larger than the maximum allowable size for a copy source: "
                        + "\(ObjectRules.maximumPut)")
            }
            if let bytes = try await self.source(of: object, files, range: range) {
                return CopiedObject(object: object, bytes: bytes)
            }
        }
    }
}
