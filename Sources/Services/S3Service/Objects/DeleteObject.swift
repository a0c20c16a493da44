internal import S3API
internal import Store
internal import WireProtocol

extension S3Handlers {
    /// An absent object is deleted as well.
    func deleteObject(
        _ input: S3.DeleteObjectRequest, _ context: RequestContext
    ) async throws -> S3.DeleteObjectOutput {
        try ObjectHeaders.checkSupported(input)
        try ObjectRules.checkVersion(input.versionId)
        let files = try await self.store.write { transaction in
            try transaction.existingBucket(input.bucket, owner: input.expectedBucketOwner, context)
            try transaction.checkWrite(input.bucket, input.key, ifMatch: input.ifMatch, ifNoneMatch: nil)
            return try transaction.deleteObject(bucket: input.bucket, key: input.key)
        }
        await self.files.remove(files)
        return S3.DeleteObjectOutput()
    }

    func deleteObjects(
        _ input: S3.DeleteObjectsRequest, _ context: RequestContext
    ) async throws -> S3.DeleteObjectsOutput {
        try ObjectHeaders.checkSupported(input)
        guard (1...1000).contains(input.delete.objects.count) else {
            throw AWSError(
                code: "MalformedXML",
                message: "The XML you provided was not well-formed or did not validate against our published schema")
        }
        var errors: [S3.Error] = []
        var accepted: [S3.ObjectIdentifier] = []
        for object in input.delete.objects {
            do {
                try ObjectRules.checkVersion(object.versionId)
                if object.eTag != nil || object.lastModifiedTime != nil || object.size != nil {
                    throw Failures.notImplemented("A condition on an object of DeleteObjects")
                }
                accepted.append(object)
            } catch let error as AWSError {
                errors.append(
                    S3.Error(
                        key: object.key, versionId: object.versionId, code: error.code, message: error.message))
            }
        }
        let doomed = accepted
        let files = try await self.store.write { transaction in
            try transaction.existingBucket(input.bucket, owner: input.expectedBucketOwner, context)
            return try doomed.flatMap { try transaction.deleteObject(bucket: input.bucket, key: $0.key) }
        }
        await self.files.remove(files)
        let deleted = doomed.map { S3.DeletedObject(key: $0.key, versionId: $0.versionId) }
        return S3.DeleteObjectsOutput(
            deleted: input.delete.quiet == true || deleted.isEmpty ? nil : deleted,
            errors: errors.isEmpty ? nil : errors)
    }
}
