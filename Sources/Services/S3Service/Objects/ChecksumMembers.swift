internal import S3API
internal import Store
internal import WireProtocol

/// A shape that carries a checksum, each algorithm in a member of its own.
protocol ChecksumMembers {
    var checksumCRC32: String? { get set }
    var checksumCRC32C: String? { get set }
    var checksumCRC64NVME: String? { get set }
    var checksumSHA1: String? { get set }
    var checksumSHA256: String? { get set }
}

extension ChecksumMembers {
    /// By the name of the algorithm; none for a name that is not known.
    subscript(algorithm: String) -> String? {
        get {
            switch Checksum.Algorithm(rawValue: algorithm) {
            case .crc32: self.checksumCRC32
            case .crc32c: self.checksumCRC32C
            case .crc64nvme: self.checksumCRC64NVME
            case .sha1: self.checksumSHA1
            case .sha256: self.checksumSHA256
            case nil: nil
            }
        }
        set {
            switch Checksum.Algorithm(rawValue: algorithm) {
            case .crc32: self.checksumCRC32 = newValue
            case .crc32c: self.checksumCRC32C = newValue
            case .crc64nvme: self.checksumCRC64NVME = newValue
            case .sha1: self.checksumSHA1 = newValue
            case .sha256: self.checksumSHA256 = newValue
            case nil: break
            }
        }
    }

    mutating func set(_ checksum: Checksum?) {
        if let checksum { self[checksum.algorithm.rawValue] = checksum.base64 }
    }

    mutating func set(_ checksum: StoredChecksum?) {
        if let checksum { self[checksum.algorithm] = checksum.value }
    }
}

extension S3.PutObjectOutput: ChecksumMembers {}
extension S3.UploadPartOutput: ChecksumMembers {}
extension S3.GetObjectOutput: ChecksumMembers {}
extension S3.CopyObjectResult: ChecksumMembers {}
extension S3.CopyPartResult: ChecksumMembers {}
extension S3.CompleteMultipartUploadOutput: ChecksumMembers {}
extension S3.CompleteMultipartUploadRequest: ChecksumMembers {}
extension S3.CompletedPart: ChecksumMembers {}
extension S3.Part: ChecksumMembers {}
