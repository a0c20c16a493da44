internal import CodeDeployAPI
internal import Store

/// The rules of tags, which are the same on every kind of resource.
enum ResourceTags {
    private static let limit = 50

    /// - Throws: `InvalidTagsToAddException`
    static func adding(_ new: [CodeDeploy.Tag], to old: [ResourceTag]) throws -> [ResourceTag] {
        var tags = old
        for tag in new {
            guard let key = tag.key, (1...128).contains(key.count), !key.lowercased().hasPrefix("aws:") else {
                throw CodeDeploy.Errors.invalidTagsToAddException(
                    "The tag key '\(tag.key ?? "")' is not valid: it must have 1 to 128 characters and not begin with aws:."
                )
            }
            let value = tag.value ?? ""
            guard value.count <= 256 else {
                throw CodeDeploy.Errors.invalidTagsToAddException(
                    "The value of the tag '\(key)' has more than 256 characters.")
            }
            tags = tags.filter { $0.key != key } + [ResourceTag(key: key, value: value)]
        }
        guard tags.count <= Self.limit else {
            throw CodeDeploy.Errors.invalidTagsToAddException("A resource can have at most \(Self.limit) tags.")
        }
        return tags
    }
}
