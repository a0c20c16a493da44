internal import Model
internal import S3API
internal import Store
internal import WireProtocol

extension S3Handlers {
    func uploadPart(
        _ input: S3.UploadPartRequest, _ context: RequestContext
    ) async throws -> S3.UploadPartOutput {
        try MultipartRules.checkNumber(input.partNumber)
        try ObjectHeaders.checkSupported(input)
        let payload = context.payload ?? PayloadReader(ByteSource(input.body ?? []))
        try ObjectRules.checkLength(payload)
        let upload = try await self.store.read {
            try $0.existingUpload(
                input.uploadId, bucket: input.bucket, key: input.key, owner: input.expectedBucketOwner, context)
        }
        if let expected = upload.checksumAlgorithm, payload.checksumAlgorithm?.rawValue != expected {
            throw Failures.invalidRequest(
                "Checksum Type mismatch occurred, expected checksum Type: \(expected.lowercased()), actual checksum Type: "
                    + (payload.checksumAlgorithm?.rawValue.lowercased() ?? "null"))
        }
        let part = try await self.keep(payload, number: input.partNumber, of: upload, context)
        var output = S3.UploadPartOutput(eTag: part.etag)
        output.set(part.checksum)
        return output
    }

    func uploadPartCopy(
        _ input: S3.UploadPartCopyRequest, _ context: RequestContext
    ) async throws -> S3.UploadPartCopyOutput {
        try MultipartRules.checkNumber(input.partNumber)
        try ObjectHeaders.checkSupported(input)
        let source = try CopySource(input.copySource)
        let upload = try await self.store.read {
            try $0.existingUpload(
                input.uploadId, bucket: input.bucket, key: input.key, owner: input.expectedBucketOwner, context)
        }
        let conditions = Conditions(
            ifMatch: input.copySourceIfMatch, ifNoneMatch: input.copySourceIfNoneMatch,
            ifModifiedSince: input.copySourceIfModifiedSince, ifUnmodifiedSince: input.copySourceIfUnmodifiedSince)
        let header = input.copySourceRange
        let copied = try await self.copied(source, owner: input.expectedSourceBucketOwner, conditions, context) {
            try Self.copiedRange(header, size: $0)
        }
        let algorithm = upload.checksumAlgorithm.flatMap { Checksum.Algorithm(rawValue: $0) }
        let part = try await self.keep(
            PayloadReader(copied.bytes, computing: algorithm), number: input.partNumber, of: upload, context)
        var result = S3.CopyPartResult(eTag: part.etag, lastModified: part.modifiedAt)
        result.set(part.checksum)
        return S3.UploadPartCopyOutput(copyPartResult: result)
    }

    /// Unlike a reader's, it must lie within the object.
    private static func copiedRange(_ header: String?, size: Int) throws -> Range<Int> {
        guard let header else { return 0..<size }
        let bounds = header.hasPrefix("bytes=") ? header.dropFirst(6).split(separator: "-").map { Int($0) } : []
        guard bounds.count == 2, let first = bounds[0], let last = bounds[1], first <= last else {
            throw Failures.invalidArgument(
                "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
                    + "zero-based offsets of the first and last bytes to copy", "x-amz-copy-source-range", header)
        }
        guard last < size else {
            throw Failures.invalidArgument(
                "Range specified is not valid for source object of size: \(size)", "x-amz-copy-source-range", header)
        }
        return first..<(last + 1)
    }

    private func keep(
        _ payload: PayloadReader, number: Int, of upload: StoredUpload, _ context: RequestContext
    ) async throws -> KeptPart {
        try await self.files.keep(payload) { written in
            let summary = written.summary
            let part = StoredObjectFile(
                name: written.name, number: number, size: summary.size, md5: summary.md5,
                checksum: summary.checksum?.base64, modifiedAt: self.clock.now())
            let obsolete = try await self.store.write { transaction in
                // It may have been completed or aborted while the part came in.
                guard try transaction.upload(upload.id) != nil else { throw Failures.noSuchUpload(upload.id) }
                return try transaction.put(part: part, ofUpload: upload.id)
            }
            return (KeptPart(part: part, checksum: summary.checksum), obsolete)
        }
    }
}

/// A part as it was stored.
struct KeptPart: Sendable {
    let part: StoredObjectFile
    let checksum: Checksum?

    var etag: String { ObjectRules.etag(self.part.md5) }
    var modifiedAt: Timestamp { self.part.modifiedAt }
}
