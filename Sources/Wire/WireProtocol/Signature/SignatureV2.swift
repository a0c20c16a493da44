internal import Crypto

/// Signature version 2 in the query of a URL, as clients still presign for S3 in its older regions (platform.md section
/// 2.4).
enum SignatureV2 {
    /// Parameters of the query that the signature covers.
    private static let signedParameters: Set = [
        "accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "inventory", "lifecycle", "location",
        "logging", "metrics", "notification", "object-lock", "partNumber", "policy", "replication", "requestPayment",
        "response-cache-control", "response-content-disposition", "response-content-encoding",
        "response-content-language", "response-content-type", "response-expires", "restore", "select", "select-type",
        "storageClass", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
    ]

    /// - Parameters:
    ///   - request: as it came in; a bucket in its Host becomes part of the path.
    ///   - expires: seconds since 1970.
    static func signature(of request: WireRequest, expires: Int, secret: String) -> String {
        let addressed = BucketHost.pathStyle(request)
        let query = PercentEncoding.pairs(request.query, plusIsSpace: false)
        // Clients that presign put what they would send as headers into the query.
        func value(_ name: String) -> String {
            query.first { $0.name.lowercased() == name }?.value ?? request.headers[name] ?? ""
        }
        var amz: [String: String] = [:]
        for field in request.headers.fields { amz[field.name.lowercased()] = field.value }
        for pair in query { amz[pair.name.lowercased()] = pair.value }
        let headers = amz.filter { $0.key.hasPrefix("x-amz-") }.sorted { $0.key < $1.key }
        let parameters = query.filter { self.signedParameters.contains($0.name) }.sorted { $0.name < $1.name }
            .map { $0.value.isEmpty ? $0.name : "\($0.name)=\($0.value)" }
        let text =
            [request.method, value("content-md5"), value("content-type"), String(expires)].joined(separator: "\n")
            + "\n" + headers.map { "\($0.key):\($0.value)\n" }.joined() + addressed.path
            + (parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&"))
        let code = HMAC<Insecure.SHA1>.authenticationCode(
            for: Array(text.utf8), using: SymmetricKey(data: Array(secret.utf8)))
        return Base64.encode(Array(code))
    }
}
