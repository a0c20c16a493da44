internal import Model
internal import S3API
internal import WireProtocol

/// Tags in their stored form: a JSON object, by name.
enum Tags {
    static func encode(_ tags: [String: String]) -> String {
        JSONValue.object(tags.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }).text
    }

    static func decode(_ text: String) throws -> [String: String] {
        guard case .object(let members) = try JSONValue(parsing: text) else { return [:] }
        return Dictionary(members.map { ($0.name, $0.value.string ?? "") }) { $1 }
    }

    /// By name.
    static func set(_ text: String) throws -> [S3.Tag] {
        try Self.decode(text).sorted { $0.key < $1.key }.map { S3.Tag(key: $0.key, value: $0.value) }
    }

    /// - Parameter limit: of their number.
    /// - Throws: `InvalidTag`, `BadRequest`.
    static func encode(_ set: [S3.Tag], limit: Int) throws -> String {
        guard set.count <= limit else {
            throw AWSError(
                code: "BadRequest",
                message: limit == 10
                    ? "Object tags cannot be greater than 10" : "Bucket tag count cannot be greater than \(limit)")
        }
        var tags: [String: String] = [:]
        for tag in set {
            guard (1...128).contains(tag.key.unicodeScalars.count) else {
                throw Self.invalid("The TagKey you have provided is invalid", key: tag.key)
            }
            guard tag.value.unicodeScalars.count <= 256 else {
                throw Self.invalid("The TagValue you have provided is invalid", key: tag.key)
            }
            guard !tag.key.lowercased().hasPrefix("aws:") else {
                throw Self.invalid("System tags cannot be added/updated by requester", key: tag.key)
            }
            guard tags.updateValue(tag.value, forKey: tag.key) == nil else {
                throw Self.invalid("Cannot provide multiple Tags with the same key", key: tag.key)
            }
        }
        return Self.encode(tags)
    }

    /// Of the header `x-amz-tagging`: `a=b&c=d`, percent-encoded.
    static func encode(header: String?) throws -> String {
        let pairs = PercentEncoding.pairs(header ?? "", plusIsSpace: true)
        return try Self.encode(pairs.map { S3.Tag(key: $0.name, value: $0.value) }, limit: 10)
    }

    private static func invalid(_ message: String, key: String) -> AWSError {
        AWSError(code: "InvalidTag", message: message, members: ["TagKey": .string(key)])
    }
}
