internal import S3API
internal import Store
internal import WireProtocol

extension S3Handlers {
    func listObjectsV2(
        _ input: S3.ListObjectsV2Request, _ context: RequestContext
    ) async throws -> S3.ListObjectsV2Output {
        let limit = try ListingText.limit(input.maxKeys, named: "max-keys")
        var after = input.startAfter
        if let token = input.continuationToken {
            guard let bytes = Base64.decode(token), !bytes.isEmpty else {
                throw Failures.invalidArgument(
                    "The continuation token provided is incorrect", "continuation-token", token)
            }
            after = String(decoding: bytes, as: UTF8.self)
        }
        let request = KeyListing.Request(
            bucket: input.bucket, prefix: input.prefix ?? "", delimiter: input.delimiter ?? "", after: after,
            limit: limit)
        let page = try await self.page(request, owner: input.expectedBucketOwner, context)
        let text = ListingText(input.encodingType)
        return S3.ListObjectsV2Output(
            isTruncated: page.next != nil,
            contents: try text.objects(
                page.objects, owner: input.fetchOwner == true ? BucketRules.owner(context.scope) : nil),
            name: input.bucket, prefix: text.text(input.prefix ?? ""), delimiter: text.optional(input.delimiter),
            maxKeys: limit, commonPrefixes: text.prefixes(page.commonPrefixes), encodingType: input.encodingType,
            keyCount: page.objects.count + page.commonPrefixes.count, continuationToken: input.continuationToken,
            nextContinuationToken: page.next.map { Base64.encode(Array($0.utf8)) },
            startAfter: text.optional(input.startAfter))
    }

    func listObjects(
        _ input: S3.ListObjectsRequest, _ context: RequestContext
    ) async throws -> S3.ListObjectsOutput {
        let limit = try ListingText.limit(input.maxKeys, named: "max-keys")
        let request = KeyListing.Request(
            bucket: input.bucket, prefix: input.prefix ?? "", delimiter: input.delimiter ?? "",
            after: input.marker.flatMap { $0.isEmpty ? nil : $0 }, limit: limit)
        let page = try await self.page(request, owner: input.expectedBucketOwner, context)
        let text = ListingText(input.encodingType)
        return S3.ListObjectsOutput(
            isTruncated: page.next != nil, marker: text.text(input.marker ?? ""),
            // Without a delimiter the last key says as much.
            nextMarker: input.delimiter == nil ? nil : text.optional(page.next),
            contents: try text.objects(page.objects, owner: BucketRules.owner(context.scope)), name: input.bucket,
            prefix: text.text(input.prefix ?? ""), delimiter: text.optional(input.delimiter), maxKeys: limit,
            commonPrefixes: text.prefixes(page.commonPrefixes), encodingType: input.encodingType)
    }

    /// Every object has one version, whose id is `null`.
    func listObjectVersions(
        _ input: S3.ListObjectVersionsRequest, _ context: RequestContext
    ) async throws -> S3.ListObjectVersionsOutput {
        let limit = try ListingText.limit(input.maxKeys, named: "max-keys")
        let request = KeyListing.Request(
            bucket: input.bucket, prefix: input.prefix ?? "", delimiter: input.delimiter ?? "",
            after: input.keyMarker.flatMap { $0.isEmpty ? nil : $0 }, limit: limit)
        let page = try await self.page(request, owner: input.expectedBucketOwner, context)
        let text = ListingText(input.encodingType)
        let versions = page.objects.map { object in
            S3.ObjectVersion(
                eTag: object.etag, size: object.size, storageClass: .standard, key: text.text(object.key),
                versionId: "null", isLatest: true, lastModified: object.modifiedAt,
                owner: BucketRules.owner(context.scope))
        }
        return S3.ListObjectVersionsOutput(
            isTruncated: page.next != nil, keyMarker: text.text(input.keyMarker ?? ""),
            versionIdMarker: input.versionIdMarker ?? "", nextKeyMarker: text.optional(page.next),
            nextVersionIdMarker: page.next == nil ? nil : "null", versions: versions.isEmpty ? nil : versions,
            name: input.bucket, prefix: text.text(input.prefix ?? ""), delimiter: text.optional(input.delimiter),
            maxKeys: limit, commonPrefixes: text.prefixes(page.commonPrefixes), encodingType: input.encodingType)
    }

    private func page(
        _ request: KeyListing.Request, owner: String?, _ context: RequestContext
    ) async throws -> KeyListing {
        try await self.store.read { snapshot in
            try snapshot.existingBucket(request.bucket, owner: owner, context)
            return try KeyListing(request, of: snapshot)
        }
    }
}
