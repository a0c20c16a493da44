internal import Model
internal import S3API
internal import Store
internal import WireProtocol

extension S3Handlers {
    func putObject(_ input: S3.PutObjectRequest, _ context: RequestContext) async throws -> S3.PutObjectOutput {
        try ObjectRules.checkKey(input.key)
        try ObjectHeaders.checkSupported(input)
        let headers = StoredShape.encode(try ObjectHeaders.read(input))
        let tags = try Tags.encode(header: input.tagging)
        let payload = context.payload ?? PayloadReader(ByteSource(input.body ?? []))
        try ObjectRules.checkLength(payload)
        // A client that waits for leave to send its body is told before it does.
        try await self.store.read {
            _ = try $0.existingBucket(input.bucket, owner: input.expectedBucketOwner, context)
            try $0.checkWrite(input.bucket, input.key, ifMatch: input.ifMatch, ifNoneMatch: input.ifNoneMatch)
        }
        return try await self.files.keep(payload) { written in
            let now = self.clock.now()
            let summary = written.summary
            let object = StoredObject(
                bucket: input.bucket, key: input.key, size: summary.size, etag: ObjectRules.etag(summary.md5),
                modifiedAt: now, headers: headers, tags: tags, checksum: summary.storedChecksum, partCount: nil)
            let file = StoredObjectFile(
                name: written.name, number: 1, size: summary.size, md5: summary.md5,
                checksum: summary.checksum?.base64, modifiedAt: now)
            let obsolete = try await self.store.write { transaction in
                try transaction.existingBucket(input.bucket, owner: input.expectedBucketOwner, context)
                try transaction.checkWrite(
                    input.bucket, input.key, ifMatch: input.ifMatch, ifNoneMatch: input.ifNoneMatch)
                return try transaction.put(object, file: file)
            }
            var output = S3.PutObjectOutput(eTag: object.etag)
            output.set(summary.checksum)
            if summary.checksum != nil { output.checksumType = .fullObject }
            return (output, obsolete)
        }
    }
}

extension PayloadReader.Summary {
    var storedChecksum: StoredChecksum? {
        self.checksum.map { StoredChecksum(algorithm: $0.algorithm.rawValue, type: "FULL_OBJECT", value: $0.base64) }
    }
}

extension StoreSnapshot {
    func checkWrite(_ bucket: String, _ key: String, ifMatch: String?, ifNoneMatch: String?) throws {
        guard ifMatch != nil || ifNoneMatch != nil else { return }
        try Conditions.checkWrite(
            ifMatch: ifMatch, ifNoneMatch: ifNoneMatch, etag: self.object(bucket: bucket, key: key)?.etag, key: key)
    }

    /// - Throws: `NoSuchBucket`, `NoSuchKey`.
    func existingObject(
        _ bucket: String, _ key: String, owner: String?, _ context: RequestContext
    ) throws -> StoredObject {
        try self.existingBucket(bucket, owner: owner, context)
        guard let object = try self.object(bucket: bucket, key: key) else { throw Failures.noSuchKey(key) }
        return object
    }
}
