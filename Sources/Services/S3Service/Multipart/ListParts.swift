internal import S3API
internal import Store
internal import WireProtocol

extension S3Handlers {
    func listParts(_ input: S3.ListPartsRequest, _ context: RequestContext) async throws -> S3.ListPartsOutput {
        let limit = try ListingText.limit(input.maxParts, named: "max-parts")
        let (upload, all) = try await self.store.read { snapshot in
            let upload = try snapshot.existingUpload(
                input.uploadId, bucket: input.bucket, key: input.key, owner: input.expectedBucketOwner, context)
            return (upload, try snapshot.parts(ofUpload: upload.id))
        }
        let rest = all.filter { $0.number > input.partNumberMarker ?? 0 }
        let page = rest.prefix(limit)
        let owner = BucketRules.owner(context.scope)
        let headers = try StoredShape.decode(S3.GetObjectOutput.self, from: upload.headers)
        var output = S3.ListPartsOutput(
            bucket: upload.bucket, key: upload.key, uploadId: upload.id,
            partNumberMarker: input.partNumberMarker ?? 0, nextPartNumberMarker: page.last?.number ?? 0,
            maxParts: limit, isTruncated: page.count < rest.count)
        output.parts = page.isEmpty ? nil : page.map { Self.described($0, of: upload) }
        output.initiator = S3.Initiator(id: owner.id)
        output.owner = owner
        output.storageClass = headers.storageClass ?? .standard
        output.checksumAlgorithm = upload.checksumAlgorithm.map { .init(rawValue: $0) }
        output.checksumType = upload.checksumType.map { .init(rawValue: $0) }
        return output
    }

    private static func described(_ file: StoredObjectFile, of upload: StoredUpload) -> S3.Part {
        var part = S3.Part(
            partNumber: file.number, lastModified: file.modifiedAt, eTag: ObjectRules.etag(file.md5),
            size: file.size)
        if let algorithm = upload.checksumAlgorithm { part[algorithm] = file.checksum }
        return part
    }
}
