/// What a task asks of the network.
package struct SandboxSpecification: Hashable, Sendable, Codable {
    /// 32 hex digits; names everything the runtime makes for the task.
    package var taskID: String
    package var networkMode: NetworkMode
    /// Container ports of the whole task.
    package var ports: [PortRequest]
    /// Written on what the runtime makes, to find it again and for people: cluster, family, task ARN.
    package var labels: [String: String]
    /// Name servers and search domains of all containers, which share one network.
    package var dnsServers: [String]?
    package var dnsSearchDomains: [String]?
    /// The containers share process or IPC namespaces of the task.
    package var sharesNamespaces: Bool?

    package init(taskID: String, networkMode: NetworkMode, ports: [PortRequest], labels: [String: String]) {
        self.taskID = taskID
        self.networkMode = networkMode
        self.ports = ports
        self.labels = labels
    }
}

package enum NetworkMode: String, Sendable, Codable {
    case awsvpc
    case bridge
    case host
    case none
}

package struct PortRequest: Hashable, Sendable, Codable {
    package enum Transport: String, Sendable, Codable {
        case tcp
        case udp
    }

    package var containerName: String
    package var containerPort: Int
    /// `nil`: any free port (bridge), or the container's own (awsvpc, host).
    package var hostPort: Int?
    package var transport: Transport

    package init(containerName: String, containerPort: Int, hostPort: Int?, transport: Transport) {
        self.containerName = containerName
        self.containerPort = containerPort
        self.hostPort = hostPort
        self.transport = transport
    }
}

/// A task's network, as made. Stored with the task.
package struct Sandbox: Hashable, Sendable, Codable {
    package var taskID: String
    package var runtime: RuntimeKind
    package var networkMode: NetworkMode
    /// The runtime's own name for it (a Docker container id, a folder).
    package var reference: String
    /// The address that targets are registered with and that `describe-tasks` shows.
    package var address: String
    package var macAddress: String?
    /// Where each requested port can be reached. With the process runtime the port is the task's own (`PORT`), not the
    /// container port. Docker in bridge mode knows a dynamic port only after the container started: it is 0 here, and right
    /// in `ContainerHandle.bindings`.
    package var bindings: [PortBinding]

    package init(
        taskID: String, runtime: RuntimeKind, networkMode: NetworkMode, reference: String, address: String,
        macAddress: String?, bindings: [PortBinding]
    ) {
        self.taskID = taskID
        self.runtime = runtime
        self.networkMode = networkMode
        self.reference = reference
        self.address = address
        self.macAddress = macAddress
        self.bindings = bindings
    }
}

package struct PortBinding: Hashable, Sendable, Codable {
    package var containerName: String
    package var containerPort: Int
    package var address: String
    package var port: Int
    package var transport: PortRequest.Transport

    package init(
        containerName: String, containerPort: Int, address: String, port: Int, transport: PortRequest.Transport
    ) {
        self.containerName = containerName
        self.containerPort = containerPort
        self.address = address
        self.port = port
        self.transport = transport
    }
}
