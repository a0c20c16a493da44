package import Model

/// One container of a task, with overrides, secrets and defaults already resolved.
package struct ContainerSpecification: Hashable, Sendable, Codable {
    package var name: String
    package var image: String
    /// Digest to run instead of the tag (`versionConsistency`), if known.
    package var imageDigest: String?
    package var entryPoint: [String]?
    package var command: [String]?
    /// In order; a later name wins.
    package var environment: [EnvironmentVariable]
    package var workingDirectory: String?
    package var user: String?
    package var hostname: String?
    package var readonlyRootFilesystem: Bool
    package var privileged: Bool
    package var initProcessEnabled: Bool
    package var interactive: Bool
    package var pseudoTerminal: Bool
    /// CPU units of 1/1024 core.
    package var cpu: Int?
    /// Hard limit in MiB.
    package var memory: Int?
    /// Soft limit in MiB.
    package var memoryReservation: Int?
    package var ulimits: [Ulimit]
    package var mounts: [Mount]
    package var systemControls: [String: String]
    package var capabilitiesAdded: [String]
    package var capabilitiesDropped: [String]
    package var sharedMemorySize: Int?
    package var dockerLabels: [String: String]
    package var extraHosts: [String: String]
    package var stopSignal: String?
    package var engineOptions: EngineOptions?

    package struct EnvironmentVariable: Hashable, Sendable, Codable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package struct Ulimit: Hashable, Sendable, Codable {
        package var name: String
        package var soft: Int
        package var hard: Int

        package init(name: String, soft: Int, hard: Int) {
            self.name = name
            self.soft = soft
            self.hard = hard
        }
    }

    package struct Mount: Hashable, Sendable, Codable {
        package enum Source: Hashable, Sendable, Codable {
            /// A path of the host.
            case hostPath(String)
            /// A volume that lives as long as the task.
            case taskVolume(String)
            /// `dockerVolumeConfiguration` of the task definition.
            case dockerVolume(DockerVolume)
            /// - Parameter options: of mount(8), in the order of the task definition.
            case tmpfs(sizeInMiB: Int, options: [String]? = nil)
        }

        package var source: Source
        package var containerPath: String
        package var readOnly: Bool

        package init(source: Source, containerPath: String, readOnly: Bool) {
            self.source = source
            self.containerPath = containerPath
            self.readOnly = readOnly
        }
    }

    package struct DockerVolume: Hashable, Sendable, Codable {
        package enum Scope: String, Sendable, Codable {
            /// Made for the task, and removed with it.
            case task
            /// Outlives every task. Must be there already.
            case shared
            /// Outlives every task. Made by the first one that needs it.
            case autoprovisioned
        }

        package var name: String
        package var scope: Scope
        /// `nil`: the engine's own, `local`.
        package var driver: String?
        package var driverOptions: [String: String]
        package var labels: [String: String]

        package init(
            name: String, scope: Scope, driver: String?, driverOptions: [String: String], labels: [String: String]
        ) {
            self.name = name
            self.scope = scope
            self.driver = driver
            self.driverOptions = driverOptions
            self.labels = labels
        }
    }

    package init(name: String, image: String) {
        self.name = name
        self.image = image
        self.environment = []
        self.readonlyRootFilesystem = false
        self.privileged = false
        self.initProcessEnabled = false
        self.interactive = false
        self.pseudoTerminal = false
        self.ulimits = []
        self.mounts = []
        self.systemControls = [:]
        self.capabilitiesAdded = []
        self.capabilitiesDropped = []
        self.dockerLabels = [:]
        self.extraHosts = [:]
    }
}

/// A started container. Stored with the task.
package struct ContainerHandle: Hashable, Sendable, Codable {
    package var taskID: String
    package var name: String
    package var runtime: RuntimeKind
    /// The runtime's own id: `runtimeId` in `describe-tasks`.
    package var reference: String
    package var imageDigest: String?
    package var startedAt: Timestamp
    package var bindings: [PortBinding]

    package init(
        taskID: String, name: String, runtime: RuntimeKind, reference: String, imageDigest: String?,
        startedAt: Timestamp,
        bindings: [PortBinding]
    ) {
        self.taskID = taskID
        self.name = name
        self.runtime = runtime
        self.reference = reference
        self.imageDigest = imageDigest
        self.startedAt = startedAt
        self.bindings = bindings
    }
}

package struct ContainerExit: Hashable, Sendable, Codable {
    /// 128 + n where signal n ended the process; `nil` where it is not known (the container vanished).
    package var code: Int?
    package var outOfMemory: Bool
    package var at: Timestamp

    package init(code: Int?, outOfMemory: Bool, at: Timestamp) {
        self.code = code
        self.outOfMemory = outOfMemory
        self.at = at
    }
}

package enum ContainerObservation: Hashable, Sendable {
    case running
    case exited(ContainerExit)
    /// The runtime knows nothing of it: it was removed from outside, or the machine was restarted.
    case gone
}

/// What a running container takes of the machine.
package struct ContainerUsage: Hashable, Sendable {
    /// Of all its processors together, since its start.
    package var cpuTime: Duration
    /// Without what the kernel can take back at once, where that is known.
    package var memoryBytes: Int

    package init(cpuTime: Duration, memoryBytes: Int) {
        self.cpuTime = cpuTime
        self.memoryBytes = memoryBytes
    }
}

package enum HealthCommandResult: Hashable, Sendable {
    case passed
    case failed(exitCode: Int, output: String)
    case timedOut
}

package struct LogLine: Hashable, Sendable {
    package enum Source: String, Sendable, Codable {
        case standardOutput
        case standardError
    }

    package var source: Source
    package var at: Timestamp
    /// Without its line end; invalid UTF-8 repaired.
    package var text: String
    /// Behind this line.
    package var position: LogPosition

    package init(source: Source, at: Timestamp, text: String, position: LogPosition) {
        self.source = source
        self.at = at
        self.text = text
        self.position = position
    }
}

/// A place in a container's output, opaque outside its runtime.
package struct LogPosition: Hashable, Sendable, Codable {
    package var text: String

    package init(_ text: String) { self.text = text }
}

/// What a runtime could not do. The case names the prefix of the task's `stoppedReason`.
package enum RuntimeFailure: Error, Hashable, Sendable {
    case cannotPullContainer(String)
    case cannotCreateContainer(String)
    case cannotStartContainer(String)
    case resourceInitialization(String)
    case unsupported(String)
    /// The engine itself cannot be reached; worth trying again.
    case unavailable(String)

    /// As ECS words it: `CannotPullContainerError: …`.
    package var reason: String {
        switch self {
        case .cannotPullContainer(let detail): "CannotPullContainerError: \(detail)"
        case .cannotCreateContainer(let detail): "CannotCreateContainerError: \(detail)"
        case .cannotStartContainer(let detail): "CannotStartContainerError: \(detail)"
        case .resourceInitialization(let detail): "ResourceInitializationError: \(detail)"
        case .unsupported(let detail): "CannotCreateContainerError: \(detail)"
        case .unavailable(let detail): "DockerTimeoutError: \(detail)"
        }
    }
}
