internal import ELBv2API
internal import WireProtocol

/// Checks a redirect and fills in what it leaves as it is (RedirectActionConfig).
enum RedirectNormalization {
    static func normalized(_ config: ELBv2.RedirectActionConfig?) throws(AWSError) -> ELBv2.RedirectActionConfig {
        guard var config else { throw .validation("A RedirectConfig must be specified with 'redirect'") }
        config.protocol = config.protocol.nonEmpty ?? "#{protocol}"
        config.port = config.port.nonEmpty ?? "#{port}"
        config.host = config.host.nonEmpty ?? "#{host}"
        config.path = config.path.nonEmpty ?? "/#{path}"
        config.query = config.query ?? "#{query}"
        try self.checkPort(config.port ?? "")
        guard config.path?.hasPrefix("/") == true else {
            throw .invalidAction("The redirect path '\(config.path ?? "")' must begin with '/'")
        }
        try self.checkPlaceholders(config.host, "Host", ["host"])
        try self.checkPlaceholders(config.path, "Path", ["host", "port", "path"])
        try self.checkPlaceholders(config.query, "Query", ["host", "port", "path", "protocol", "query"])
        guard
            config.protocol != "#{protocol}" || config.port != "#{port}" || config.host != "#{host}"
                || config.path != "/#{path}"
        else {
            throw .invalidAction(
                "The redirect would loop: it must change at least one of the protocol, port, host or path")
        }
        return config
    }

    private static func checkPort(_ text: String) throws(AWSError) {
        guard text != "#{port}" else { return }
        guard let port = Int(text), (1...65535).contains(port) else {
            throw .validation("The redirect port '\(text)' must be '#{port}' or between '1-65535' inclusive")
        }
    }

    private static func checkPlaceholders(_ text: String?, _ member: String, _ allowed: [String]) throws(AWSError) {
        for part in (text ?? "").components(after: "#{") {
            guard let end = part.firstIndex(of: "}"), allowed.contains(String(part[..<end])) else {
                throw .invalidAction(
                    "The redirect \(member) '\(text ?? "")' holds a placeholder that is not allowed there")
            }
        }
    }
}

extension String? {
    /// An empty text means "unset" in the query protocol.
    var nonEmpty: String? { self.flatMap { $0.isEmpty ? nil : $0 } }
}

extension String {
    /// What follows each occurrence of `marker`.
    fileprivate func components(after marker: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = self[...]
        while let range = rest.ranges(of: marker).first {
            rest = rest[range.upperBound...]
            parts.append(rest)
        }
        return parts
    }
}
