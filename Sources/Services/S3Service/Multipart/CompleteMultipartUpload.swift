internal import Model
internal import S3API
internal import Store
internal import WireProtocol

extension S3Handlers {
    /// No byte is moved: the parts become the object's. A repeated request is answered as the first one was, as long as the
    /// object is the one that it made.
    func completeMultipartUpload(
        _ input: S3.CompleteMultipartUploadRequest, _ context: RequestContext
    ) async throws -> S3.CompleteMultipartUploadOutput {
        try ObjectHeaders.checkSupported(input)
        let listed = input.multipartUpload?.parts ?? []
        let now = self.clock.now()
        let (object, obsolete) = try await self.store.write { transaction -> (StoredObject, [String]) in
            let upload: StoredUpload
            do {
                upload = try transaction.existingUpload(
                    input.uploadId, bucket: input.bucket, key: input.key, owner: input.expectedBucketOwner, context)
            } catch let error as AWSError where error.code == "NoSuchUpload" {
                guard let object = try transaction.object(bucket: input.bucket, key: input.key),
                    object.etag == Self.etag(of: listed)
                else { throw error }
                return (object, [])
            }
            let parts = try MultipartRules.chosen(listed, from: transaction.parts(ofUpload: upload.id), of: upload)
            let object = StoredObject(
                bucket: upload.bucket, key: upload.key, size: parts.reduce(0) { $0 + $1.size },
                etag: MultipartRules.etag(parts.map(\.md5)), modifiedAt: now, headers: upload.headers,
                tags: upload.tags, checksum: MultipartRules.checksum(of: parts, upload), partCount: parts.count)
            try Self.check(input, object)
            try transaction.checkWrite(
                input.bucket, input.key, ifMatch: input.ifMatch, ifNoneMatch: input.ifNoneMatch)
            return (object, try transaction.complete(upload, numbers: parts.map(\.number), as: object))
        }
        await self.files.remove(obsolete)
        let location =
            "http://\(context.host ?? "s3.amazonaws.com")/\(input.bucket)/"
            + PercentEncoding.encode(input.key, keepingSlashes: true)
        var output = S3.CompleteMultipartUploadOutput(
            location: location, bucket: input.bucket, key: input.key, eTag: object.etag)
        output.set(object.checksum)
        output.checksumType = object.checksum.map { .init(rawValue: $0.type) }
        return output
    }

    private static func etag(of listed: [S3.CompletedPart]) -> String? {
        let md5s = listed.compactMap { part in
            part.eTag.flatMap { Hexadecimal.bytes($0.filter { $0 != "\"" }) }
        }
        return md5s.count == listed.count && !md5s.isEmpty ? MultipartRules.etag(md5s) : nil
    }

    /// What the client says of the whole.
    private static func check(_ input: S3.CompleteMultipartUploadRequest, _ object: StoredObject) throws {
        if let size = input.mpuObjectSize, size != object.size {
            throw Failures.invalidRequest(
                "The provided 'x-amz-mp-object-size' header value \(size) does not match what was computed: "
                    + "\(object.size)")
        }
        guard let checksum = object.checksum, let given = input[checksum.algorithm] else { return }
        // A composite may come without the number of its parts.
        guard given == checksum.value || checksum.value.hasPrefix(given + "-") else {
            throw AWSError(
                code: "BadDigest",
                message: "The \(checksum.algorithm.lowercased()) you specified did not match the calculated checksum.")
        }
    }

    func abortMultipartUpload(
        _ input: S3.AbortMultipartUploadRequest, _ context: RequestContext
    ) async throws -> S3.AbortMultipartUploadOutput {
        guard input.ifMatchInitiatedTime == nil else {
            throw Failures.notImplemented("x-amz-if-match-initiated-time")
        }
        let files = try await self.store.write { transaction in
            let upload = try transaction.existingUpload(
                input.uploadId, bucket: input.bucket, key: input.key, owner: input.expectedBucketOwner, context)
            return try transaction.deleteUpload(upload.id)
        }
        await self.files.remove(files)
        return S3.AbortMultipartUploadOutput()
    }
}
