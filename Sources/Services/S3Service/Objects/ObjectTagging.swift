internal import S3API
internal import Store
internal import WireProtocol

extension S3Handlers {
    func getObjectTagging(
        _ input: S3.GetObjectTaggingRequest, _ context: RequestContext
    ) async throws -> S3.GetObjectTaggingOutput {
        try ObjectRules.checkVersion(input.versionId)
        let object = try await self.store.read {
            try $0.existingObject(input.bucket, input.key, owner: input.expectedBucketOwner, context)
        }
        return S3.GetObjectTaggingOutput(tagSet: try Tags.set(object.tags))
    }

    func putObjectTagging(
        _ input: S3.PutObjectTaggingRequest, _ context: RequestContext
    ) async throws -> S3.PutObjectTaggingOutput {
        try ObjectRules.checkVersion(input.versionId)
        let tags = try Tags.encode(input.tagging.tagSet, limit: 10)
        try await self.store.write { transaction in
            let object = try transaction.existingObject(
                input.bucket, input.key, owner: input.expectedBucketOwner, context)
            try transaction.setTags(tags, ofObject: object.id)
        }
        return S3.PutObjectTaggingOutput()
    }

    func deleteObjectTagging(
        _ input: S3.DeleteObjectTaggingRequest, _ context: RequestContext
    ) async throws -> S3.DeleteObjectTaggingOutput {
        try ObjectRules.checkVersion(input.versionId)
        try await self.store.write { transaction in
            let object = try transaction.existingObject(
                input.bucket, input.key, owner: input.expectedBucketOwner, context)
            try transaction.setTags(Tags.encode([:]), ofObject: object.id)
        }
        return S3.DeleteObjectTaggingOutput()
    }
}
