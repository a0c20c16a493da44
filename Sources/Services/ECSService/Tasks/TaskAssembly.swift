internal import FoundationEssentials
internal import WorkloadRuntime

/// What one task was made from and where it runs: stored with the task as JSON, so that a restarted server finds
/// everything again.
struct TaskAssembly: Codable, Equatable, Sendable {
    struct Target: Codable, Equatable, Sendable {
        var targetGroupARN: String
        var containerName: String
        var containerPort: Int
    }

    struct LogDestination: Codable, Equatable, Sendable {
        var group: String
        var stream: String
        var region: String
        var createsGroup: Bool
    }

    /// The role that the task's containers act as.
    struct RoleAccess: Codable, Equatable, Sendable {
        enum Delivery: String, Codable, Sendable {
            /// From the server, renewed for as long as the task runs.
            case page
            /// As variables, once, at the start of each container.
            case environment
        }

        var arn: String
        var delivery: Delivery
    }

    var taskDefinitionARN: String
    var launchType: String?
    /// Of a strategy; `nil` under a launch type.
    var capacityProvider: String?
    var platformVersion: String?
    var cpu: String?
    var memory: String?
    var subnet: String?
    /// Made up once, so that every description of the task shows the same interface.
    var networkInterfaceID: String
    var attachmentID: String
    var containerIDs: [String: String]
    var containers: [ContainerSpecification]
    var sandboxSpecification: SandboxSpecification
    var targets: [Target]
    /// `CMD …` or `CMD-SHELL …` by container.
    var healthCommands: [String: [String]]
    var logs: [String: LogDestination]
    /// What this version cannot give a container, by container: it fails to start and says so.
    var unsupported: [String: String]
    /// The `TaskOverride` shape as stored JSON.
    var overrides: String
    var enableExecuteCommand: Bool
    /// In GiB; shown, not enforced.
    var ephemeralStorage: Int?

    /// Containers that run the image of their revision's first task (`versionConsistency`).
    var consistentContainers: Set<String>?
    var role: RoleAccess?
    /// Part of the paths at which the task asks about itself.
    var pageSecret: String?

    /// Known once the sandbox has been made.
    var sandbox: Sandbox?
    var handles: [String: ContainerHandle] = [:]
    /// The last line of output of containers that have ended; of a migration only.
    var lastLines: [String: String]?

    var text: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }

    static func decode(_ text: String) throws -> TaskAssembly {
        try JSONDecoder().decode(TaskAssembly.self, from: Data(text.utf8))
    }

    /// Where a target group reaches a container of this task.
    func endpoint(of target: Target) -> PortBinding? {
        let bindings = (self.handles[target.containerName]?.bindings ?? []) + (self.sandbox?.bindings ?? [])
        return bindings.first { $0.containerName == target.containerName && $0.containerPort == target.containerPort }
    }
}
