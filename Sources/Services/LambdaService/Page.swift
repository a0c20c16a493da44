internal import LambdaAPI
internal import WireProtocol

/// One page of a list in a fixed order. The marker names the last item that was shown, so that items that come and go
/// between two calls are neither shown twice nor left out.
struct Page<Item> {
    /// Lambda shows at most this many at a time, whatever the caller asks for.
    static var maximum: Int { 50 }

    let items: [Item]
    let next: String?

    /// - Throws: `InvalidParameterValueException` for a marker that was not given out here.
    init(_ all: [Item], marker: String?, limit: Int?, id: (Item) -> String) throws {
        var rest = all[...]
        if let marker, !marker.isEmpty {
            guard let bytes = Base64.decode(marker), let index = all.firstIndex(where: { Array(id($0).utf8) == bytes })
            else {
                throw Lambda.Errors.invalidParameterValueException("Invalid Marker: \(marker)")
            }
            rest = all[(index + 1)...]
        }
        self.items = Array(rest.prefix(min(limit ?? Self.maximum, Self.maximum)))
        self.next = self.items.count < rest.count ? self.items.last.map { Base64.encode(Array(id($0).utf8)) } : nil
    }
}
