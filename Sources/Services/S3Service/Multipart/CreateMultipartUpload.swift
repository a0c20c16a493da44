internal import Model
internal import S3API
internal import Store
internal import WireProtocol

extension S3Handlers {
    func createMultipartUpload(
        _ input: S3.CreateMultipartUploadRequest, _ context: RequestContext
    ) async throws -> S3.CreateMultipartUploadOutput {
        try ObjectRules.checkKey(input.key)
        try ObjectHeaders.checkSupported(input)
        let type = try MultipartRules.checksumType(input.checksumAlgorithm, input.checksumType)
        let upload = StoredUpload(
            id: Identifiers.base64URL(64), bucket: input.bucket, key: input.key, initiatedAt: self.clock.now(),
            headers: StoredShape.encode(try ObjectHeaders.read(input)), tags: try Tags.encode(header: input.tagging),
            checksumAlgorithm: input.checksumAlgorithm?.rawValue, checksumType: type?.rawValue)
        try await self.store.write { transaction in
            try transaction.existingBucket(input.bucket, owner: input.expectedBucketOwner, context)
            try transaction.insert(upload)
        }
        return S3.CreateMultipartUploadOutput(
            bucket: input.bucket, key: input.key, uploadId: upload.id, checksumAlgorithm: input.checksumAlgorithm,
            checksumType: type)
    }
}

extension StoreSnapshot {
    /// - Throws: `NoSuchBucket`, `NoSuchUpload`.
    func existingUpload(
        _ id: String, bucket: String, key: String, owner: String?, _ context: RequestContext
    ) throws -> StoredUpload {
        try self.existingBucket(bucket, owner: owner, context)
        guard let upload = try self.upload(id), upload.bucket == bucket, upload.key == key else {
            throw Failures.noSuchUpload(id)
        }
        return upload
    }
}
