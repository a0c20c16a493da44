internal import Model
internal import S3API
internal import Store
internal import WireProtocol

extension S3Handlers {
    func createBucket(
        _ input: S3.CreateBucketRequest, _ context: RequestContext
    ) async throws -> S3.CreateBucketOutput {
        try BucketRules.checkName(input.bucket)
        try input.checkSupported()
        let region = try input.region(context.scope.region)
        let tags = try Tags.encode(input.createBucketConfiguration?.tags ?? [], limit: 50)
        let now = self.clock.now()
        try await self.store.write { transaction in
            guard let existing = try transaction.bucket(input.bucket) else {
                return try transaction.insert(
                    StoredBucket(name: input.bucket, region: region, createdAt: now, tags: tags))
            }
            // In the oldest region it may be created again by its owner.
            guard existing.region == "us-east-1", region == "us-east-1" else {
                throw AWSError(
                    code: "BucketAlreadyOwnedByYou",
                    message: "Your previous request to create the named bucket succeeded and you already own it.",
                    status: 409, members: ["BucketName": .string(input.bucket)])
            }
        }
        return S3.CreateBucketOutput(location: "/\(input.bucket)")
    }
}

extension S3.CreateBucketRequest {
    fileprivate func checkSupported() throws {
        var unsupported = Unsupported()
        unsupported.refuse("x-amz-bucket-object-lock-enabled", if: self.objectLockEnabledForBucket == true)
        unsupported.refuse("Bucket in CreateBucketConfiguration", if: self.createBucketConfiguration?.bucket != nil)
        unsupported.refuse(
            "Location in CreateBucketConfiguration", if: self.createBucketConfiguration?.location != nil)
        unsupported.refuse("x-amz-acl \(self.acl?.rawValue ?? "")", if: self.acl.map { $0 != .`private` } ?? false)
        let grants = [
            self.grantFullControl, self.grantRead, self.grantReadACP, self.grantWrite, self.grantWriteACP,
        ]
        unsupported.refuse("x-amz-grant-*", if: grants.contains { $0 != nil })
        unsupported.refuse(
            "x-amz-object-ownership \(self.objectOwnership?.rawValue ?? "")",
            if: self.objectOwnership.map { $0 != .bucketOwnerEnforced } ?? false)
        try unsupported.check()
    }

    /// - Throws: `IllegalLocationConstraintException`.
    fileprivate func region(_ called: String) throws -> String {
        guard let named = self.createBucketConfiguration?.locationConstraint?.rawValue else {
            guard called == "us-east-1" else {
                throw AWSError(
                    code: "IllegalLocationConstraintException",
                    message:
                        "The unspecified location constraint is incompatible for the region specific endpoint this "
                        + "request was sent to.")
            }
            return called
        }
        let region = named == "EU" ? "eu-west-1" : named
        guard region == called || called == "us-east-1" else {
            throw AWSError(
                code: "IllegalLocationConstraintException",
                message: "The \(named) location constraint is incompatible for the region specific endpoint this "
                    + "request was sent to.")
        }
        return region
    }
}
