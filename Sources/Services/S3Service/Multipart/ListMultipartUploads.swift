internal import S3API
internal import Store
internal import WireProtocol

extension S3Handlers {
    func listMultipartUploads(
        _ input: S3.ListMultipartUploadsRequest, _ context: RequestContext
    ) async throws -> S3.ListMultipartUploadsOutput {
        let limit = try ListingText.limit(input.maxUploads, named: "max-uploads")
        let all = try await self.store.read { snapshot in
            try snapshot.existingBucket(input.bucket, owner: input.expectedBucketOwner, context)
            return try snapshot.uploads(bucket: input.bucket)
        }
        let prefix = input.prefix ?? ""
        var rest = all.filter { $0.key.utf8.starts(with: prefix.utf8) }[...]
        if let marker = input.keyMarker, !marker.isEmpty {
            // With the id of an upload, the page goes on within its key.
            if let id = input.uploadIdMarker, let index = rest.firstIndex(where: { $0.id == id && $0.key == marker }) {
                rest = rest[(index + 1)...]
            } else {
                rest = rest.drop { !marker.utf8.lexicographicallyPrecedes($0.key.utf8) }
            }
        }
        var page = UploadPage(limit: limit)
        for upload in rest { page.add(upload, Self.commonPrefix(of: upload.key, prefix, input.delimiter)) }
        let owner = BucketRules.owner(context.scope)
        let text = ListingText(input.encodingType)
        var output = S3.ListMultipartUploadsOutput(
            bucket: input.bucket, keyMarker: text.text(input.keyMarker ?? ""),
            uploadIdMarker: input.uploadIdMarker ?? "", prefix: text.text(prefix),
            delimiter: text.optional(input.delimiter), maxUploads: limit, isTruncated: page.isTruncated)
        output.nextKeyMarker = page.isTruncated ? text.optional(page.last?.key) : nil
        output.nextUploadIdMarker = page.isTruncated ? page.last?.id : nil
        output.uploads =
            page.uploads.isEmpty
            ? nil
            : try page.uploads.map { upload in
                S3.MultipartUpload(
                    uploadId: upload.id, key: text.text(upload.key), initiated: upload.initiatedAt,
                    storageClass: try StoredShape.decode(S3.GetObjectOutput.self, from: upload.headers).storageClass
                        ?? .standard,
                    owner: owner, initiator: S3.Initiator(id: owner.id),
                    checksumAlgorithm: upload.checksumAlgorithm.map { .init(rawValue: $0) },
                    checksumType: upload.checksumType.map { .init(rawValue: $0) })
            }
        output.commonPrefixes = text.prefixes(page.commonPrefixes)
        output.encodingType = input.encodingType
        return output
    }

    private static func commonPrefix(of key: String, _ prefix: String, _ delimiter: String?) -> String? {
        guard let delimiter, !delimiter.isEmpty else { return nil }
        let rest = key.dropFirst(prefix.count)
        guard let found = rest.firstRange(of: delimiter) else { return nil }
        return prefix + rest[..<found.upperBound]
    }
}

/// Uploads and common prefixes up to a limit.
private struct UploadPage {
    let limit: Int
    private(set) var uploads: [StoredUpload] = []
    private(set) var commonPrefixes: [String] = []
    private(set) var last: StoredUpload?
    private(set) var isTruncated = false

    init(limit: Int) { self.limit = limit }

    mutating func add(_ upload: StoredUpload, _ commonPrefix: String?) {
        guard !self.isTruncated else { return }
        if let commonPrefix, self.commonPrefixes.last == commonPrefix {
            self.last = upload
            return
        }
        guard self.uploads.count + self.commonPrefixes.count < self.limit else {
            // A page of nothing has no end to go on from.
            self.isTruncated = self.limit > 0
            return
        }
        if let commonPrefix { self.commonPrefixes.append(commonPrefix) } else { self.uploads.append(upload) }
        self.last = upload
    }
}
