internal import CInflate

/// Why a request's body cannot be read at all.
enum UnreadableBody: Error, Equatable {
    case tooLarge(limit: Int)
    case encoding(String)
    case brokenGzip

    var error: AWSError {
        switch self {
        case .tooLarge(let limit):
            AWSError(
                code: "RequestEntityTooLargeException", message: "the request body is larger than \(limit) bytes",
                status: 413)
        case .encoding(let encoding):
            AWSError(code: "SerializationException", message: "Content-Encoding \(encoding) is not supported; gzip is")
        case .brokenGzip:
            AWSError(
                code: "SerializationException", message: "the body is not whole gzip, though Content-Encoding says so")
        }
    }
}

extension WireRequest {
    /// More than the operations that clients compress take (PutMetricData: 1 MB).
    private static let largestInflated = 8 << 20

    /// The request with its body inflated, where it is compressed. Only the protocols without HTTP bindings compress; what
    /// Content-Encoding means to the others is their own affair.
    func inflated() throws(UnreadableBody) -> WireRequest {
        guard let encoding = self.headers["Content-Encoding"]?.lowercased(), self.isRPC else { return self }
        switch encoding {
        case "", "identity": return self
        case "gzip": break
        default: throw .encoding(encoding)
        }
        var request = self
        request.body = try Self.gunzip(self.body)
        return request
    }

    private var isRPC: Bool {
        self.headers[RPCV2CBORCodec.protocolHeader] != nil || self.headers["X-Amz-Target"] != nil
            || self.headers["Content-Type"]?.contains("x-www-form-urlencoded") == true
    }

    private static func gunzip(_ body: [UInt8]) throws(UnreadableBody) -> [UInt8] {
        // Deflate never shrinks more than 1032 to 1.
        let capacity = min(self.largestInflated, body.count * 1032 + 64)
        var result = TEAL_GUNZIP_BROKEN
        let inflated = [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            result = body.withUnsafeBufferPointer { input in
                teal_gunzip(input.baseAddress, input.count, output.baseAddress, capacity, &count)
            }
        }
        switch result {
        case TEAL_GUNZIP_WHOLE: return inflated
        case TEAL_GUNZIP_TOO_LARGE: throw .tooLarge(limit: self.largestInflated)
        default: throw .brokenGzip
        }
    }
}
