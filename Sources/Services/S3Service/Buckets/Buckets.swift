internal import Model
internal import S3API
internal import Store
internal import WireProtocol

extension S3Handlers {
    func listBuckets(
        _ input: S3.ListBucketsRequest, _ context: RequestContext
    ) async throws -> S3.ListBucketsOutput {
        let prefix = input.prefix ?? ""
        let matching = try await self.store.read { try $0.buckets() }.filter {
            $0.name.hasPrefix(prefix) && (input.bucketRegion ?? $0.region) == $0.region
        }
        let rest = input.continuationToken.map { token in matching.drop { $0.name <= token } } ?? matching[...]
        let page = rest.prefix(input.maxBuckets ?? 10_000)
        return S3.ListBucketsOutput(
            buckets: page.map {
                S3.Bucket(name: $0.name, creationDate: $0.createdAt, bucketRegion: $0.region)
            },
            owner: BucketRules.owner(context.scope),
            continuationToken: page.count < rest.count ? page.last?.name : nil, prefix: input.prefix)
    }

    func headBucket(_ input: S3.HeadBucketRequest, _ context: RequestContext) async throws -> S3.HeadBucketOutput {
        let bucket = try await self.store.read {
            try $0.existingBucket(input.bucket, owner: input.expectedBucketOwner, context)
        }
        return S3.HeadBucketOutput(
            bucketArn: "arn:\(context.scope.partition):s3:::\(bucket.name)", bucketRegion: bucket.region,
            accessPointAlias: false)
    }

    func deleteBucket(_ input: S3.DeleteBucketRequest, _ context: RequestContext) async throws -> EmptyShape {
        let files = try await self.store.write { transaction in
            try transaction.existingBucket(input.bucket, owner: input.expectedBucketOwner, context)
            guard try !transaction.bucketHasObjects(input.bucket) else {
                throw Failures.bucketNotEmpty(input.bucket)
            }
            return try transaction.deleteBucket(input.bucket)
        }
        await self.files.remove(files)
        return EmptyShape()
    }

    /// The oldest region is told by nothing.
    func getBucketLocation(
        _ input: S3.GetBucketLocationRequest, _ context: RequestContext
    ) async throws -> S3.GetBucketLocationOutput {
        let bucket = try await self.store.read {
            try $0.existingBucket(input.bucket, owner: input.expectedBucketOwner, context)
        }
        return S3.GetBucketLocationOutput(
            locationConstraint: bucket.region == "us-east-1" ? nil : .init(rawValue: bucket.region))
    }

    /// No bucket has versions: none has ever been told to keep them.
    func getBucketVersioning(
        _ input: S3.GetBucketVersioningRequest, _ context: RequestContext
    ) async throws -> S3.GetBucketVersioningOutput {
        try await self.store.read {
            _ = try $0.existingBucket(input.bucket, owner: input.expectedBucketOwner, context)
        }
        return S3.GetBucketVersioningOutput()
    }
}
