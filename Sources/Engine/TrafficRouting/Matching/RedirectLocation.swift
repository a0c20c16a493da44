/// The parts of a request that a redirect's placeholders stand for.
package struct RedirectSource {
    package let `protocol`: String
    package let host: String
    package let port: UInt16
    /// With its leading slash.
    package let path: String
    package let query: String

    package init(protocol: String, host: String, port: UInt16, path: String, query: String) {
        self.protocol = `protocol`
        self.host = host
        self.port = port
        self.path = path
        self.query = query
    }
}

extension RedirectAction {
    /// The absolute `Location`: the port always shows, and `#{path}` stands for the path without its leading slash
    /// (ELBv2 RedirectActionConfig).
    package func location(for source: RedirectSource) -> String {
        let path = source.path.hasPrefix("/") ? String(source.path.dropFirst()) : source.path
        let values = [
            "protocol": source.protocol, "host": source.host, "port": String(source.port), "path": path,
            "query": source.query,
        ]
        func expand(_ template: String) -> String { Self.expand(template, values) }
        let query = expand(self.query)
        return "\(expand(self.protocol).lowercased())://\(expand(self.host)):\(expand(self.port))\(expand(self.path))"
            + (query.isEmpty ? "" : "?\(query)")
    }

    private static func expand(_ template: String, _ values: [String: String]) -> String {
        var result = ""
        var rest = Substring(template)
        while let hash = rest.firstIndex(of: "#") {
            result += rest[..<hash]
            rest = rest[hash...]
            guard rest.hasPrefix("#{"), let end = rest.firstIndex(of: "}"),
                let value = values[String(rest[rest.index(hash, offsetBy: 2)..<end])]
            else {
                result.append(rest.removeFirst())
                continue
            }
            result += value
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }
}
