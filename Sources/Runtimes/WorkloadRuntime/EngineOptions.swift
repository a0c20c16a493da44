/// What only a container engine can give a container. Members are named as in the task definition.
package struct EngineOptions: Hashable, Sendable, Codable {
    package struct Device: Hashable, Sendable, Codable {
        package var hostPath: String
        package var containerPath: String
        /// Some of `r`, `w` and `m`.
        package var permissions: String

        package init(hostPath: String, containerPath: String, permissions: String) {
            self.hostPath = hostPath
            self.containerPath = containerPath
            self.permissions = permissions
        }
    }

    package struct VolumesFrom: Hashable, Sendable, Codable {
        package var container: String
        package var readOnly: Bool

        package init(container: String, readOnly: Bool) {
            self.container = container
            self.readOnly = readOnly
        }
    }

    /// Another container of the task, and the name by which this one finds it.
    package struct Link: Hashable, Sendable, Codable {
        package var container: String
        package var alias: String

        package init(container: String, alias: String) {
            self.container = container
            self.alias = alias
        }
    }

    package var links: [Link] = []
    package var dnsServers: [String] = []
    package var dnsSearchDomains: [String] = []
    package var dockerSecurityOptions: [String] = []
    package var devices: [Device] = []
    package var volumesFrom: [VolumesFrom] = []
    /// Swap in MiB beside the container's memory; `nil`: the engine's choice.
    package var maxSwap: Int?
    package var swappiness: Int?
    /// Where the container has no hard limit of its own: that of the whole task, in MiB.
    package var taskMemory: Int?
    /// What the whole task may use, in CPU units of 1/1024 core: no container of it gets more.
    package var taskCPU: Int?
    package var pidMode: NamespaceMode?
    package var ipcMode: NamespaceMode?

    package init() {}

    /// The first member that asks for something, by its name in the task definition; `nil` where nothing does. Processes of the
    /// host share its namespaces, so `host` asks for nothing of them.
    package var firstMember: String? {
        let members: [(String, Bool)] = [
            ("links", !self.links.isEmpty), ("dnsServers", !self.dnsServers.isEmpty),
            ("dnsSearchDomains", !self.dnsSearchDomains.isEmpty),
            ("dockerSecurityOptions", !self.dockerSecurityOptions.isEmpty),
            ("linuxParameters.devices", !self.devices.isEmpty), ("volumesFrom", !self.volumesFrom.isEmpty),
            ("linuxParameters.maxSwap", self.maxSwap != nil), ("linuxParameters.swappiness", self.swappiness != nil),
            ("pidMode", self.pidMode != nil && self.pidMode != .host),
            ("ipcMode", self.ipcMode != nil && self.ipcMode != .host),
        ]
        return members.first(where: \.1)?.0
    }
}

/// `pidMode` and `ipcMode` of a task definition.
package enum NamespaceMode: String, Sendable, Codable {
    case host
    /// All containers of the task share one.
    case task
    /// Each container has one of its own (`ipcMode` only).
    case own = "none"
}
