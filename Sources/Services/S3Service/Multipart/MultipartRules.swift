internal import Crypto
internal import S3API
internal import Store
internal import WireProtocol

/// What makes an object of parts. Pure.
enum MultipartRules {
    static let partNumbers = 1...10_000
    /// Of every part but the last, in bytes.
    static let minimumPart = 5 << 20

    /// - Throws: `InvalidArgument`.
    static func checkNumber(_ number: Int) throws {
        guard self.partNumbers.contains(number) else {
            throw Failures.invalidArgument(
                "Part number must be an integer between 1 and 10000, inclusive", "partNumber", String(number))
        }
    }

    /// How checksums of an upload are put together.
    /// - Throws: `InvalidRequest`.
    static func checksumType(
        _ algorithm: S3.ChecksumAlgorithm?, _ type: S3.ChecksumType?
    ) throws -> S3.ChecksumType? {
        guard let algorithm else {
            guard type == nil else {
                throw Failures.invalidRequest(
                    "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.")
            }
            return nil
        }
        switch Checksum.Algorithm(rawValue: algorithm.rawValue) {
        case .crc64nvme:
            guard type != .composite else { throw Self.wrongType(algorithm, .composite) }
            return .fullObject
        case .sha1, .sha256:
            guard type != .fullObject else { throw Self.wrongType(algorithm, .fullObject) }
            return .composite
        case .crc32, .crc32c: return type ?? .composite
        case nil: throw Failures.notImplemented("x-amz-checksum-algorithm \(algorithm.rawValue)")
        }
    }

    private static func wrongType(_ algorithm: S3.ChecksumAlgorithm, _ type: S3.ChecksumType) -> AWSError {
        Failures.invalidRequest(
            "The \(type.rawValue) checksum type cannot be used with the \(algorithm.rawValue.lowercased()) checksum algorithm."
        )
    }

    /// The parts that a client lists, in its order.
    /// - Throws: `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall`, `InvalidRequest`.
    static func chosen(
        _ listed: [S3.CompletedPart], from parts: [StoredObjectFile], of upload: StoredUpload
    ) throws -> [StoredObjectFile] {
        let byNumber = Dictionary(parts.map { ($0.number, $0) }) { $1 }
        var chosen: [StoredObjectFile] = []
        for part in listed {
            guard let number = part.partNumber, let etag = part.eTag else { throw Self.malformed }
            guard chosen.last.map({ $0.number < number }) ?? true else {
                throw AWSError(
                    code: "InvalidPartOrder",
                    message: "The list of parts was not in ascending order. Parts must be ordered by part number.",
                    members: ["UploadId": .string(upload.id)])
            }
            guard let stored = byNumber[number], Conditions.names(etag, ObjectRules.etag(stored.md5)), etag != "*"
            else { throw Self.invalidPart(number, etag, upload) }
            try Self.checkChecksum(of: part, number, stored, etag, upload)
            chosen.append(stored)
        }
        guard !chosen.isEmpty else { throw Self.malformed }
        for part in chosen.dropLast() where part.size < Self.minimumPart {
            throw AWSError(
                code: "EntityTooSmall",
                message: "Your proposed upload is smaller than the minimum allowed size",
                members: [
                    "ProposedSize": .integer(part.size), "MinSizeAllowed": .integer(Self.minimumPart),
                    "PartNumber": .integer(part.number), "ETag": .string(Hexadecimal.text(part.md5)),
                ])
        }
        return chosen
    }

    private static func checkChecksum(
        of part: S3.CompletedPart, _ number: Int, _ stored: StoredObjectFile, _ etag: String, _ upload: StoredUpload
    ) throws {
        guard let algorithm = upload.checksumAlgorithm else { return }
        guard let given = part[algorithm] else {
            guard upload.checksumType == S3.ChecksumType.fullObject.rawValue else {
                throw Failures.invalidRequest(
                    "The upload was created using a \(algorithm.lowercased()) checksum. The complete request must include "
                        + "the checksum for each part. It was missing for part \(number) in the request.")
            }
            return
        }
        guard given == stored.checksum else { throw Self.invalidPart(number, etag, upload) }
    }

    private static let malformed = AWSError(
        code: "MalformedXML",
        message: "The XML you provided was not well-formed or did not validate against our published schema")

    private static func invalidPart(_ number: Int, _ etag: String, _ upload: StoredUpload) -> AWSError {
        AWSError(
            code: "InvalidPart",
            message: "One or more of the specified parts could not be found.  The part may not have been uploaded, or "
                + "the specified entity tag may not match the part's entity tag.",
            members: [
                "UploadId": .string(upload.id), "PartNumber": .integer(number), "ETag": .string(etag),
            ])
    }

    /// The hash of the parts' hashes, and their number.
    static func etag(_ md5s: [[UInt8]]) -> String {
        let digest = Insecure.MD5.hash(data: md5s.flatMap { $0 })
        return "\"\(Hexadecimal.text(Array(digest)))-\(md5s.count)\""
    }

    /// `nil` where the client chose no algorithm.
    static func checksum(of parts: [StoredObjectFile], _ upload: StoredUpload) -> StoredChecksum? {
        guard let name = upload.checksumAlgorithm, let type = upload.checksumType,
            let algorithm = Checksum.Algorithm(rawValue: name)
        else { return nil }
        let values = parts.compactMap { part in
            part.checksum.flatMap { Checksum(algorithm, base64: $0) }.map { (value: $0.value, length: part.size) }
        }
        guard values.count == parts.count else { return nil }
        if type == S3.ChecksumType.fullObject.rawValue {
            return algorithm.combined(values).map {
                StoredChecksum(
                    algorithm: name, type: type, value: Checksum(algorithm: algorithm, value: $0).base64)
            }
        }
        let composite = Checksum.of(values.flatMap(\.value), algorithm)
        return StoredChecksum(algorithm: name, type: type, value: "\(composite.base64)-\(parts.count)")
    }
}
