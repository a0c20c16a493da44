internal import ECSAPI
internal import Store

/// The tags of an input, checked.
struct ECSTags: Sendable {
    let stored: [ResourceTag]

    /// - Throws: `InvalidParameterException` naming the tag that AWS would refuse.
    init(_ tags: [ECS.Tag]?) throws {
        var stored: [ResourceTag] = []
        for tag in tags ?? [] {
            guard let key = tag.key, !key.isEmpty else {
                throw ECS.Errors.invalidParameterException("Tag keys can not be null or empty.")
            }
            guard key.count <= 128, (tag.value ?? "").count <= 256 else {
                throw ECS.Errors.invalidParameterException(
                    "Tag '\(key)' is too long: keys have at most 128, values at most 256 characters.")
            }
            guard !key.lowercased().hasPrefix("aws:") else {
                throw ECS.Errors.invalidParameterException("Tag keys beginning with 'aws:' are reserved: '\(key)'")
            }
            guard !stored.contains(where: { $0.key == key }) else {
                throw ECS.Errors.invalidParameterException("Duplicate tag key '\(key)'.")
            }
            stored.append(ResourceTag(key: key, value: tag.value ?? ""))
        }
        guard stored.count <= 50 else {
            throw ECS.Errors.invalidParameterException("A resource can have at most 50 tags.")
        }
        self.stored = stored
    }

    static func shapes(_ tags: [ResourceTag]) -> [ECS.Tag] { tags.map { .init(key: $0.key, value: $0.value) } }
}
