internal import LogsAPI
internal import WireProtocol

/// One page of a list in a fixed order; its token names the last item that was shown.
struct Page<Item> {
    let items: [Item]
    let next: String?

    /// - Throws: `InvalidParameterException` for a token that was not given out here.
    init(_ all: [Item], token: String?, limit: Int?, id: (Item) -> String) throws {
        var rest = all[...]
        if let token {
            guard let bytes = Base64.decode(token), let index = all.firstIndex(where: { Array(id($0).utf8) == bytes })
            else {
                throw Logs.Errors.invalidParameterException("The specified nextToken is invalid.")
            }
            rest = all[(index + 1)...]
        }
        self.items = Array(rest.prefix(limit ?? 50))
        self.next = self.items.count < rest.count ? self.items.last.map { Base64.encode(Array(id($0).utf8)) } : nil
    }
}
