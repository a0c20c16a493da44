internal import Store

/// One page of the keys of a bucket: keys themselves, and prefixes in which keys with the same beginning are one.
struct KeyListing: Sendable {
    private(set) var objects: [StoredObject] = []
    /// In order.
    private(set) var commonPrefixes: [String] = []
    /// What the next page comes after; `nil` for the last page.
    private(set) var next: String?

    private var count: Int { self.objects.count + self.commonPrefixes.count }
    private var last: String?

    struct Request: Sendable {
        var bucket: String
        var prefix: String
        /// Empty for none.
        var delimiter: String
        /// A key or a common prefix of an earlier page, or any text; `nil` to begin at the beginning.
        var after: String?
        var limit: Int
    }

    /// Touches each common prefix once, however many keys are in it.
    init(_ request: Request, of snapshot: StoreSnapshot) throws {
        guard request.limit > 0 else { return }
        let prefix = Array(request.prefix.utf8)
        let delimiter = Array(request.delimiter.utf8)
        let end = Self.successor(of: prefix)
        var start = prefix
        if let after = request.after {
            let marker = Array(after.utf8)
            // Behind a common prefix comes what does not begin with it.
            let isPrefix =
                !delimiter.isEmpty && marker.starts(with: prefix) && marker.count > prefix.count
                && marker.suffix(delimiter.count).elementsEqual(delimiter)
            let next = isPrefix ? Self.successor(of: marker) ?? marker + [0] : marker + [0]
            if prefix.lexicographicallyPrecedes(next) { start = next }
        }
        while true {
            let batch = min(1000, request.limit - self.count + 1)
            let found = try snapshot.objects(bucket: request.bucket, from: start, to: end, limit: batch)
            var jump: [UInt8]?
            for object in found {
                let key = Array(object.key.utf8)
                guard self.count < request.limit else {
                    self.next = self.last
                    return
                }
                if let common = Self.commonPrefix(of: key, prefix: prefix.count, delimiter) {
                    let text = String(decoding: common, as: UTF8.self)
                    self.commonPrefixes.append(text)
                    self.last = text
                    jump = Self.successor(of: common)
                    break
                }
                self.objects.append(object)
                self.last = object.key
                start = key + [0]
            }
            if let jump { start = jump } else if found.count < batch { return }
        }
    }

    /// Up to and with the first delimiter behind the prefix.
    private static func commonPrefix(of key: [UInt8], prefix: Int, _ delimiter: [UInt8]) -> [UInt8]? {
        guard !delimiter.isEmpty, key.count >= prefix + delimiter.count else { return nil }
        for index in prefix...(key.count - delimiter.count)
        where key[index..<(index + delimiter.count)].elementsEqual(delimiter) {
            return Array(key[..<(index + delimiter.count)])
        }
        return nil
    }

    /// The first bytes behind all that begin with these; `nil` where there are none.
    private static func successor(of bytes: [UInt8]) -> [UInt8]? {
        guard let index = bytes.lastIndex(where: { $0 < 0xFF }) else { return nil }
        return bytes[..<index] + [bytes[index] + 1]
    }
}
