internal import ECSAPI
internal import WireProtocol

/// One page of a listing whose elements have a fixed order. The token is the position behind the page.
struct ListPage<Element> {
    let elements: [Element]
    let nextToken: String?

    /// - Throws: `InvalidParameterException` for a token that no page gave out.
    init(_ all: [Element], maxResults: Int?, nextToken: String?, limit: Int = 100) throws {
        var start = 0
        if let nextToken {
            guard let bytes = Base64.decode(nextToken), let position = Int(String(decoding: bytes, as: UTF8.self)),
                position >= 0
            else {
                throw ECS.Errors.invalidParameterException("Invalid token \(nextToken)")
            }
            start = min(position, all.count)
        }
        if let maxResults, !(1...limit).contains(maxResults) {
            throw ECS.Errors.invalidParameterException("maxResults must be between 1 and \(limit), not \(maxResults)")
        }
        let end = min(all.count, start + (maxResults ?? limit))
        self.elements = Array(all[start..<end])
        self.nextToken = end < all.count ? Base64.encode(Array(String(end).utf8)) : nil
    }
}
