internal import IAMAPI
internal import WireProtocol

/// One page of a list that is sorted by `key`. The marker names the last element shown, so that a page stays right when
/// others come and go meanwhile.
struct Page<Element> {
    let elements: [Element]
    /// Of the next page; `nil` on the last one.
    let marker: String?

    var isTruncated: Bool { self.marker != nil }

    /// - Parameter maxItems: 100 where the caller names none.
    init(_ all: [Element], marker: String?, maxItems: Int?, key: (Element) -> String) throws {
        var rest = all[...]
        if let marker {
            guard let bytes = Base64.decode(marker), let last = String(validating: bytes, as: UTF8.self) else {
                throw AWSError(code: "ValidationError", message: "Invalid Marker.")
            }
            rest = rest.drop { key($0).lowercased() <= last }
        }
        let page = rest.prefix(maxItems ?? 100)
        self.elements = Array(page)
        let isLast = page.count == rest.count
        self.marker = isLast ? nil : page.last.map { Base64.encode(Array(key($0).lowercased().utf8)) }
    }
}
