internal import S3API
internal import Store
internal import WireProtocol

extension S3Handlers {
    func getBucketTagging(
        _ input: S3.GetBucketTaggingRequest, _ context: RequestContext
    ) async throws -> S3.GetBucketTaggingOutput {
        let bucket = try await self.store.read {
            try $0.existingBucket(input.bucket, owner: input.expectedBucketOwner, context)
        }
        let tags = try Tags.set(bucket.tags)
        guard !tags.isEmpty else {
            throw AWSError(
                code: "NoSuchTagSet", message: "The TagSet does not exist", status: 404,
                members: ["BucketName": .string(input.bucket)])
        }
        return S3.GetBucketTaggingOutput(tagSet: tags)
    }

    func putBucketTagging(
        _ input: S3.PutBucketTaggingRequest, _ context: RequestContext
    ) async throws -> EmptyShape {
        let tags = try Tags.encode(input.tagging.tagSet, limit: 50)
        try await self.setTags(tags, ofBucket: input.bucket, owner: input.expectedBucketOwner, context)
        return EmptyShape()
    }

    func deleteBucketTagging(
        _ input: S3.DeleteBucketTaggingRequest, _ context: RequestContext
    ) async throws -> EmptyShape {
        try await self.setTags(
            Tags.encode([:]), ofBucket: input.bucket, owner: input.expectedBucketOwner, context)
        return EmptyShape()
    }

    private func setTags(
        _ tags: String, ofBucket name: String, owner: String?, _ context: RequestContext
    ) async throws {
        try await self.store.write { transaction in
            var bucket = try transaction.existingBucket(name, owner: owner, context)
            bucket.tags = tags
            try transaction.update(bucket)
        }
    }
}
