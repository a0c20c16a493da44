internal import WireProtocol

/// One page of a list (`Marker`, `PageSize`, `NextMarker`). The marker holds the ordering key of the last element that was
/// shown, so that a list may change between two pages without repeating or losing what stays.
struct Page<Element> {
    let elements: [Element]
    /// `nil` on the last page.
    let nextMarker: String?

    /// - Parameters:
    ///   - all: ascending by `key`.
    ///   - size: at most 400, which is also the default.
    init(
        _ all: [Element], by key: (Element) -> Int, marker: String?, size: Int?
    ) throws(AWSError) {
        var rest = all[...]
        if let marker, !marker.isEmpty {
            guard marker.hasPrefix("m"), let last = Int(marker.dropFirst(), radix: 16) else {
                throw .validation("Marker '\(marker)' is not valid")
            }
            rest = rest.drop { key($0) <= last }
        }
        let page = rest.prefix(size ?? 400)
        self.elements = Array(page)
        self.nextMarker = page.count < rest.count ? page.last.map { "m" + String(key($0), radix: 16) } : nil
    }
}
