internal import IAMAPI
internal import Store
internal import WireProtocol

/// The tags of an IAM resource.
enum IdentityTags {
    private static let limit = 50

    /// A key that is set again keeps its place and gets the new value.
    static func setting(_ new: [IAM.Tag], on tags: [ResourceTag]) throws -> [ResourceTag] {
        var result = tags
        var seen: Set<String> = []
        for tag in new {
            guard seen.insert(tag.key.lowercased()).inserted else {
                throw IAM.Errors.invalidInputException(
                    "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
            }
            if let index = result.firstIndex(where: { $0.key.lowercased() == tag.key.lowercased() }) {
                result[index] = ResourceTag(key: tag.key, value: tag.value)
            } else {
                result.append(ResourceTag(key: tag.key, value: tag.value))
            }
        }
        guard result.count <= self.limit else {
            throw IAM.Errors.limitExceededException(
                "The number of tags has reached the maximum limit of \(self.limit).")
        }
        return result
    }

    static func removing(_ keys: [String], from tags: [ResourceTag]) -> [ResourceTag] {
        let gone = Set(keys.map { $0.lowercased() })
        return tags.filter { !gone.contains($0.key.lowercased()) }
    }
}

extension [ResourceTag] {
    var shapes: [IAM.Tag] { self.map { IAM.Tag(key: $0.key, value: $0.value) } }
}
