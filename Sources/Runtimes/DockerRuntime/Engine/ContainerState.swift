internal import Model

/// The parts of `GET /containers/{id}/json` that matter here.
struct ContainerState: Sendable {
    enum Status: Equatable, Sendable {
        case created
        case running
        case exited(code: Int, outOfMemory: Bool, at: Timestamp)
    }

    var id: String
    var status: Status
    var startedAt: Timestamp?
    var labels: [String: String]
    /// Output is one plain stream.
    var hasTerminal: Bool
    var networks: [String: Network]
    /// Host ports by `<container port>/<transport>`.
    var publishedPorts: [String: Int]
    var imageID: String?

    struct Network: Sendable {
        var address: String
        var macAddress: String?
    }

    init?(json: JSONValue) {
        guard let id = json["Id"]?.string, let state = json["State"], let status = state["Status"]?.string else {
            return nil
        }
        self.id = id
        self.startedAt = state["StartedAt"]?.string.flatMap(Timestamp.init(iso8601:))
        switch status {
        case "created", "configured", "initialized": self.status = .created
        case "exited", "dead", "removing", "stopped", "stopping":
            let at = state["FinishedAt"]?.string.flatMap(Timestamp.init(iso8601:)) ?? .epoch
            self.status = .exited(
                code: Int(state["ExitCode"]?.integer ?? 0), outOfMemory: state["OOMKilled"]?.bool ?? false, at: at)
        default: self.status = .running
        }
        let config = json["Config"]
        self.labels = Self.strings(config?["Labels"])
        self.hasTerminal = config?["Tty"]?.bool ?? false
        self.imageID = json["Image"]?.string
        let settings = json["NetworkSettings"]
        self.networks = Self.object(settings?["Networks"]).compactMapValues { network in
            network["IPAddress"]?.string.map { Network(address: $0, macAddress: network["MacAddress"]?.string) }
        }
        self.publishedPorts = Self.object(settings?["Ports"]).compactMapValues { bindings in
            bindings.array?.first?["HostPort"]?.string.flatMap { Int($0) }
        }
    }

    static func strings(_ value: JSONValue?) -> [String: String] { Self.object(value).compactMapValues(\.string) }

    private static func object(_ value: JSONValue?) -> [String: JSONValue] {
        guard case .object(let members) = value else { return [:] }
        return Dictionary(members.map { ($0.name, $0.value) }) { _, last in last }
    }
}
