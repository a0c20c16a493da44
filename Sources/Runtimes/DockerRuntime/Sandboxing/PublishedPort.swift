internal import Model
internal import WorkloadRuntime

/// A container port that the engine publishes on the host, in the engine's spelling.
struct PublishedPort: Equatable, Sendable {
    var containerPort: Int
    var transport: PortRequest.Transport
    /// `nil`: a free one of the engine's choice.
    var hostPort: Int?

    init(_ request: PortRequest, hostPort: Int?) {
        self.containerPort = request.containerPort
        self.transport = request.transport
        self.hostPort = hostPort
    }

    init(_ binding: PortBinding) {
        self.containerPort = binding.containerPort
        self.transport = binding.transport
        self.hostPort = binding.port == 0 ? nil : binding.port
    }

    var key: String { "\(self.containerPort)/\(self.transport.rawValue)" }

    static func exposed(_ ports: [PublishedPort]) -> JSONValue { .object(ports.map { .init($0.key, .object([])) }) }

    static func bindings(_ ports: [PublishedPort], address: String) -> JSONValue {
        .object(
            ports.map { port in
                let hostPort = port.hostPort.map(String.init) ?? ""
                return .init(
                    port.key,
                    .array([.object([.init("HostIp", .string(address)), .init("HostPort", .string(hostPort))])]))
            })
    }
}

/// The ports of a task in one label: `web:8080/tcp,log:9000/udp`.
enum PortList {
    static func text(of ports: [PortRequest]) -> String {
        ports.map { "\($0.containerName):\($0.containerPort)/\($0.transport.rawValue)" }.joined(separator: ",")
    }

    static func ports(from text: String) -> [PortRequest] {
        text.split(separator: ",").compactMap { item in
            let parts = item.split { $0 == ":" || $0 == "/" }
            guard parts.count == 3, let port = Int(parts[1]),
                let transport = PortRequest.Transport(rawValue: String(parts[2]))
            else { return nil }
            return PortRequest(
                containerName: String(parts[0]), containerPort: port, hostPort: nil, transport: transport)
        }
    }
}

extension JSONValue {
    static func strings(_ values: [String: String]) -> JSONValue {
        .object(values.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
    }

    static func strings(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }
}
