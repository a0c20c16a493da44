package import Logging
package import Model
internal import S3API
package import ServiceLifecycle
package import Store
package import WireProtocol

/// The API of Amazon S3: buckets and objects, as far as deployments need them.
package struct S3Handlers: Sendable {
    let store: Store
    let files: ObjectFiles
    let clock: any WallClock
    private let logger: Logger

    /// - Parameter directory: `<data-dir>/objects`: the objects' bytes.
    package init(store: Store, directory: String, clock: any WallClock, logger: Logger) {
        self.store = store
        self.files = ObjectFiles(root: directory)
        self.clock = clock
        self.logger = logger
    }

    package var services: [any Service] {
        [ObjectSweeper(store: self.store, files: self.files, logger: self.logger)]
    }

    package func register(in registry: inout OperationRegistry) {
        registry.register(S3.service, validationErrors: .s3)
        registry.handle(S3.ListBuckets.self, self.listBuckets)
        registry.handle(S3.CreateBucket.self, self.createBucket)
        registry.handle(S3.HeadBucket.self, self.headBucket)
        registry.handle(S3.DeleteBucket.self, self.deleteBucket)
        registry.handle(S3.GetBucketLocation.self, self.getBucketLocation)
        registry.handle(S3.GetBucketVersioning.self, self.getBucketVersioning)
        registry.handle(S3.GetBucketTagging.self, self.getBucketTagging)
        registry.handle(S3.PutBucketTagging.self, self.putBucketTagging)
        registry.handle(S3.DeleteBucketTagging.self, self.deleteBucketTagging)
        registry.handle(S3.PutObject.self, self.putObject)
        registry.handle(S3.GetObject.self, self.getObject)
        registry.handle(S3.HeadObject.self, self.headObject)
        registry.handle(S3.CopyObject.self, self.copyObject)
        registry.handle(S3.DeleteObject.self, self.deleteObject)
        registry.handle(S3.DeleteObjects.self, self.deleteObjects)
        registry.handle(S3.GetObjectTagging.self, self.getObjectTagging)
        registry.handle(S3.PutObjectTagging.self, self.putObjectTagging)
        registry.handle(S3.DeleteObjectTagging.self, self.deleteObjectTagging)
        registry.handle(S3.ListObjects.self, self.listObjects)
        registry.handle(S3.ListObjectsV2.self, self.listObjectsV2)
        registry.handle(S3.ListObjectVersions.self, self.listObjectVersions)
        registry.handle(S3.CreateMultipartUpload.self, self.createMultipartUpload)
        registry.handle(S3.UploadPart.self, self.uploadPart)
        registry.handle(S3.UploadPartCopy.self, self.uploadPartCopy)
        registry.handle(S3.CompleteMultipartUpload.self, self.completeMultipartUpload)
        registry.handle(S3.AbortMultipartUpload.self, self.abortMultipartUpload)
        registry.handle(S3.ListParts.self, self.listParts)
        registry.handle(S3.ListMultipartUploads.self, self.listMultipartUploads)
    }
}
