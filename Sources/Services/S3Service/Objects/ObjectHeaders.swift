internal import S3API
internal import Store
internal import WireProtocol

/// What an object's writer says and its readers get back as headers, in the form of a reader's reply.
enum ObjectHeaders {
    private static let names: Set = [
        "CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType", "Expires",
        "Metadata", "StorageClass",
    ]

    /// Members of requests that write, and are not supported: by member name, whatever the operation.
    private static let refused: Set = [
        "BucketKeyEnabled", "BypassGovernanceRetention", "CopySourceSSECustomerAlgorithm", "CopySourceSSECustomerKey",
        "IfMatchLastModifiedTime", "IfMatchSize", "MFA", "ObjectLockLegalHoldStatus", "ObjectLockMode",
        "ObjectLockRetainUntilDate", "SSECustomerAlgorithm", "SSECustomerKey", "SSEKMSEncryptionContext",
        "SSEKMSKeyId", "ServerSideEncryption", "WebsiteRedirectLocation", "WriteOffsetBytes",
    ]
    private static let grants: Set = ["GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP"]
    /// Objects of the others would have to be restored before they can be read.
    private static let storageClasses: Set<S3.StorageClass> = [
        .standard, .reducedRedundancy, .standardIa, .onezoneIa, .intelligentTiering, .glacierIr,
    ]
    /// In bytes, names and values together.
    private static let maximumMetadata = 2048

    /// - Throws: `NotImplemented` naming the header, or `AccessControlListNotSupported`, as in every bucket that has not
    ///   turned access control lists on.
    static func checkSupported(_ request: some Shape) throws {
        guard case .structure(let members) = request.wireValue else { return }
        for member in type(of: request).schema.members where members[member.name] != nil {
            if self.refused.contains(member.name) { throw Failures.notImplemented(member.wireName) }
            let isACL = member.name == "ACL" && members[member.name] != .string("bucket-owner-full-control")
            if isACL || self.grants.contains(member.name) {
                throw AWSError(
                    code: "AccessControlListNotSupported", message: "The bucket does not allow ACLs")
            }
        }
    }

    /// - Throws: `MetadataTooLarge`, `InvalidStorageClass`.
    static func read(_ request: some Shape) throws -> S3.GetObjectOutput {
        var headers = S3.GetObjectOutput()
        if case .structure(let members) = request.wireValue {
            headers = try S3.GetObjectOutput(wire: .structure(members.filter { self.names.contains($0.key) }))
        }
        // The framing of the request is not the object's.
        let encodings = (headers.contentEncoding ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
        headers.contentEncoding = encodings.filter { $0.lowercased() != "aws-chunked" }.joined(separator: ",")
        if headers.contentEncoding?.isEmpty == true { headers.contentEncoding = nil }
        headers.metadata = headers.metadata.map { metadata in
            Dictionary(metadata.map { ($0.key.lowercased(), $0.value) }) { $0 + "," + $1 }
        }
        let size = (headers.metadata ?? [:]).reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard size <= self.maximumMetadata else {
            throw AWSError(
                code: "MetadataTooLarge",
                message: "Your metadata headers exceed the maximum allowed metadata size",
                members: ["Size": .integer(size), "MaxSizeAllowed": .integer(self.maximumMetadata)])
        }
        if let storageClass = headers.storageClass, !self.storageClasses.contains(storageClass) {
            throw Failures.notImplemented("x-amz-storage-class \(storageClass.rawValue)")
        }
        headers.contentType = headers.contentType ?? "binary/octet-stream"
        return headers
    }
}

extension StoredObject {
    /// All that readers get as headers but what depends on their request.
    func described() throws -> S3.GetObjectOutput {
        var output = try StoredShape.decode(S3.GetObjectOutput.self, from: self.headers)
        output.acceptRanges = "bytes"
        output.lastModified = self.modifiedAt
        output.eTag = self.etag
        if output.storageClass == .standard { output.storageClass = nil }
        let tags = try Tags.decode(self.tags).count
        output.tagCount = tags > 0 ? tags : nil
        return output
    }

    func storageClass() throws -> String {
        try StoredShape.decode(S3.GetObjectOutput.self, from: self.headers).storageClass?.rawValue ?? "STANDARD"
    }
}
