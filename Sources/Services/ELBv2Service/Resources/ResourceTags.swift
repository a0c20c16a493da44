internal import ELBv2API
internal import Store
internal import WireProtocol

/// What the API allows of tags, and how they change.
enum ResourceTags {
    static func checked(_ tags: [ELBv2.Tag]?) throws(AWSError) -> [ResourceTag] {
        try self.adding(tags ?? [], to: [])
    }

    /// A key that is there already gets the new value and keeps its place.
    static func adding(_ tags: [ELBv2.Tag], to existing: [ResourceTag]) throws(AWSError) -> [ResourceTag] {
        var result = existing
        var seen: Set<String> = []
        for tag in tags {
            guard seen.insert(tag.key).inserted else {
                throw ELBv2.Errors.duplicateTagKeysException("Tag key was specified more than once: '\(tag.key)'")
            }
            guard !tag.key.lowercased().hasPrefix("aws:") else {
                throw .validation("Tag key '\(tag.key)' cannot begin with 'aws:'")
            }
            let new = ResourceTag(key: tag.key, value: tag.value ?? "")
            if let index = result.firstIndex(where: { $0.key == tag.key }) {
                result[index] = new
            } else {
                result.append(new)
            }
        }
        guard result.count <= Limits.tagsPerResource else {
            throw ELBv2.Errors.tooManyTagsException("A resource can have at most '\(Limits.tagsPerResource)' tags")
        }
        return result
    }

    static func shapes(_ tags: [ResourceTag]) -> [ELBv2.Tag] { tags.map { ELBv2.Tag(key: $0.key, value: $0.value) } }
}
