internal import Model
internal import S3API
internal import Store
internal import WireProtocol

extension S3Handlers {
    func getObject(_ input: S3.GetObjectRequest, _ context: RequestContext) async throws -> S3.GetObjectOutput {
        while true {
            let found = try await self.find(input, context)
            // It may have been replaced just now, and its files be gone.
            guard let source = try await self.source(of: found.object, found.files, range: found.range) else {
                continue
            }
            context.replyStream.send(source)
            return found.output
        }
    }

    func headObject(_ input: S3.HeadObjectRequest, _ context: RequestContext) async throws -> S3.HeadObjectOutput {
        // The two requests have the same members, and so have the replies but for the body.
        let request = try S3.GetObjectRequest(wire: input.wireValue)
        return try S3.HeadObjectOutput(wire: try await self.find(request, context).output.wireValue)
    }

    private struct Found {
        let object: StoredObject
        let files: [StoredObjectFile]
        let range: Range<Int>
        let output: S3.GetObjectOutput
    }

    private func find(_ input: S3.GetObjectRequest, _ context: RequestContext) async throws -> Found {
        try ObjectHeaders.checkSupported(input)
        try ObjectRules.checkVersion(input.versionId)
        let (object, files) = try await self.store.read { snapshot in
            let object = try snapshot.existingObject(
                input.bucket, input.key, owner: input.expectedBucketOwner, context)
            return (object, try snapshot.files(ofObject: object.id))
        }
        try Conditions(
            ifMatch: input.ifMatch, ifNoneMatch: input.ifNoneMatch, ifModifiedSince: input.ifModifiedSince,
            ifUnmodifiedSince: input.ifUnmodifiedSince
        ).check(etag: object.etag, modifiedAt: object.modifiedAt)
        var output = try object.described()
        let range = try Self.range(input, object, files, &output)
        output.contentLength = range.count
        if let whole = object.checksum, input.checksumMode == .enabled, range.count == object.size {
            output.set(whole)
            output.checksumType = .init(rawValue: whole.type)
        }
        output.cacheControl = input.responseCacheControl ?? output.cacheControl
        output.contentDisposition = input.responseContentDisposition ?? output.contentDisposition
        output.contentEncoding = input.responseContentEncoding ?? output.contentEncoding
        output.contentLanguage = input.responseContentLanguage ?? output.contentLanguage
        output.contentType = input.responseContentType ?? output.contentType
        output.expires = input.responseExpires?.httpDate ?? output.expires
        return Found(object: object, files: files, range: range, output: output)
    }

    /// The bytes that are asked for, by range or by the number of a part.
    private static func range(
        _ input: S3.GetObjectRequest, _ object: StoredObject, _ files: [StoredObjectFile],
        _ output: inout S3.GetObjectOutput
    ) throws -> Range<Int> {
        var range = 0..<object.size
        if let number = input.partNumber {
            guard input.range == nil else {
                throw Failures.invalidRequest("Cannot specify both Range header and partNumber query parameter")
            }
            // Parts keep the numbers that they were uploaded with; readers count them from 1.
            guard number >= 1, number <= files.count else {
                throw AWSError(
                    code: "InvalidPartNumber", message: "The requested partnumber is not satisfiable", status: 416)
            }
            let start = files.prefix(number - 1).reduce(0) { $0 + $1.size }
            range = start..<(start + files[number - 1].size)
            output.partsCount = object.partCount
        } else {
            switch ByteRange.read(input.range, size: object.size) {
            case .whole: return range
            case .part(let part): range = part
            case .unsatisfiable: throw Failures.invalidRange(input.range ?? "", size: object.size)
            }
        }
        if object.size > 0 { output.contentRange = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(object.size)" }
        return range
    }

    /// - Returns: `nil` where the object has been replaced or deleted since it was looked up.
    func source(of object: StoredObject, _ files: [StoredObjectFile], range: Range<Int>) async throws -> ByteSource? {
        let names = files.map(\.name)
        self.files.hold(names)
        do {
            let current = try await self.store.read { try $0.object(bucket: object.bucket, key: object.key) }
            if current?.id == object.id {
                return self.files.source(files.map { ($0.name, $0.size) }, range: range)
            }
        } catch {
            self.files.release(names)
            throw error
        }
        self.files.release(names)
        return nil
    }
}
