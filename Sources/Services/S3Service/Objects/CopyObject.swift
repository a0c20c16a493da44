internal import Model
internal import S3API
internal import Store
internal import WireProtocol

extension S3Handlers {
    /// The bytes are copied: the copy of an object that was uploaded in parts is one of a single part.
    func copyObject(_ input: S3.CopyObjectRequest, _ context: RequestContext) async throws -> S3.CopyObjectOutput {
        try ObjectRules.checkKey(input.key)
        try ObjectHeaders.checkSupported(input)
        let source = try CopySource(input.copySource)
        let isReplacing = input.metadataDirective == .replace
        let isSame = source == CopySource(bucket: input.bucket, key: input.key)
        guard !isSame || isReplacing || input.storageClass != nil else {
            throw Failures.invalidRequest(
                "This copy request is illegal because it is trying to copy an object to itself without changing the "
                    + "object's metadata, storage class, website redirect location or encryption attributes.")
        }
        let replacement = try ObjectHeaders.read(input)
        let newTags = try Tags.encode(header: input.tagging)
        try await self.store.read {
            _ = try $0.existingBucket(input.bucket, owner: input.expectedBucketOwner, context)
        }
        let conditions = Conditions(
            ifMatch: input.copySourceIfMatch, ifNoneMatch: input.copySourceIfNoneMatch,
            ifModifiedSince: input.copySourceIfModifiedSince, ifUnmodifiedSince: input.copySourceIfUnmodifiedSince)
        let copied = try await self.copied(source, owner: input.expectedSourceBucketOwner, conditions, context) {
            0..<$0
        }
        var headers = replacement
        if !isReplacing {
            headers = try StoredShape.decode(S3.GetObjectOutput.self, from: copied.object.headers)
            headers.storageClass = input.storageClass ?? headers.storageClass
        }
        let stored = StoredShape.encode(headers)
        let tags = input.taggingDirective == .replace ? newTags : copied.object.tags
        let algorithm = input.checksumAlgorithm?.rawValue ?? copied.object.checksum?.algorithm
        let body = PayloadReader(copied.bytes, computing: algorithm.flatMap { Checksum.Algorithm(rawValue: $0) })
        return try await self.files.keep(body) { written in
            let now = self.clock.now()
            let summary = written.summary
            let object = StoredObject(
                bucket: input.bucket, key: input.key, size: summary.size, etag: ObjectRules.etag(summary.md5),
                modifiedAt: now, headers: stored, tags: tags, checksum: summary.storedChecksum, partCount: nil)
            let file = StoredObjectFile(
                name: written.name, number: 1, size: summary.size, md5: summary.md5,
                checksum: summary.checksum?.base64, modifiedAt: now)
            let obsolete = try await self.store.write { transaction in
                try transaction.existingBucket(input.bucket, owner: input.expectedBucketOwner, context)
                try transaction.checkWrite(
                    input.bucket, input.key, ifMatch: input.ifMatch, ifNoneMatch: input.ifNoneMatch)
                return try transaction.put(object, file: file)
            }
            var result = S3.CopyObjectResult(eTag: object.etag, lastModified: now)
            result.set(summary.checksum)
            if summary.checksum != nil { result.checksumType = .fullObject }
            return (S3.CopyObjectOutput(copyObjectResult: result), obsolete)
        }
    }
}
