/// The two ways of addressing a bucket: in the path, and as the first part of the host name.
enum BucketHost {
    /// Host names that are an endpoint themselves; what stands before them is a bucket. `s3.REGION.amazonaws.com` and the
    /// like are recognised by their part `s3`.
    private static let endpoints = [".s3.localhost", ".localhost"]

    /// The request with the bucket in its path, wherever it stood.
    static func pathStyle(_ request: WireRequest) -> WireRequest {
        guard let host = request.headers["Host"], let bucket = Self.bucket(in: host) else { return request }
        var request = request
        request.target = "/" + bucket + (request.target.hasPrefix("/") ? "" : "/") + request.target
        return request
    }

    /// The bucket before the endpoint's own name; `nil` for an address or a bare endpoint.
    static func bucket(in host: String) -> String? {
        // Not at the colons of an IPv6 address.
        guard !host.hasPrefix("[") else { return nil }
        let name = host.prefix { $0 != ":" }.lowercased()
        guard name != "s3.localhost" else { return nil }
        for endpoint in Self.endpoints where name.hasSuffix(endpoint) {
            return String(name.dropLast(endpoint.count))
        }
        guard name.hasSuffix(".amazonaws.com") || name.hasSuffix(".amazonaws.com.cn") else { return nil }
        let parts = name.split(separator: ".")
        // Buckets may have dots: the last part of that form is the service.
        guard let service = parts.lastIndex(where: { $0 == "s3" || $0.hasPrefix("s3-") }), service > 0 else {
            return nil
        }
        return parts[..<service].joined(separator: ".")
    }
}
