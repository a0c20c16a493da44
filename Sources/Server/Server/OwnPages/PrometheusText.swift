/// Metrics in Prometheus's text form (version 0.0.4).
struct PrometheusText: Sendable {
    enum Kind: String, Sendable {
        case counter, gauge, summary
    }

    private(set) var text = ""

    /// One metric: its samples follow.
    mutating func metric(_ name: String, _ kind: Kind, _ help: String) {
        self.text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ labels: [(name: String, value: String)], _ value: Double) {
        let labelled = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
        let number = value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
        self.text += labels.isEmpty ? "\(name) \(number)\n" : "\(name){\(labelled)} \(number)\n"
    }

    private static func escaped(_ value: String) -> String {
        var escaped = ""
        for character in value {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
