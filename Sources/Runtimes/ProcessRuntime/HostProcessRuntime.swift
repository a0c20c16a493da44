package import Logging
internal import Model
package import WorkloadRuntime

/// Runs containers as processes of this host, each under a shim (`ShimProcess`) that outlives the control plane. What it
/// makes of a container definition: `ContainerSpecification.unsupportedByProcesses`; what it keeps on disk: `RunFolder`.
package final class HostProcessRuntime: WorkloadRuntime {
    /// How to start a shim: `executable arguments… <run folder>`.
    package struct ShimCommand: Sendable {
        package var executable: String
        package var arguments: [String]

        package init(executable: String, arguments: [String]) {
            self.executable = executable
            self.arguments = arguments
        }
    }

    /// How much of a container's output is kept: the last `segmentCount` files of `segmentSize` bytes.
    package struct OutputLimits: Sendable {
        package var segmentSize = 8 * 1024 * 1024
        package var segmentCount = 3

        package init() {}
    }

    package let kind = RuntimeKind.process
    let tasksFolder: String
    let shim: ShimCommand
    let searchPath: String
    let outputLimits: OutputLimits
    let logger: Logger
    let ports: PortAllotment
    let blocking = BlockingWork()
    let processes = ProcessWatch()
    let exits = Wakeups<RunFolder>()
    let output = Wakeups<String>()
    let folders: FolderWatch

    /// - Parameters:
    ///   - tasksFolder: `<data-dir>/tasks`, as an absolute path.
    ///   - searchPath: `PATH` of the programs, unless a container sets its own.
    package init(
        tasksFolder: String, shim: ShimCommand, searchPath: String, portRange: ClosedRange<Int> = 20000...29999,
        outputLimits: OutputLimits = OutputLimits(), logger: Logger
    ) throws {
        self.tasksFolder = tasksFolder
        self.shim = shim
        self.searchPath = searchPath
        self.outputLimits = outputLimits
        self.logger = logger
        self.ports = PortAllotment(range: portRange)
        self.folders = try FolderWatch { [output] folder in output.signal(folder) }
        for sandbox in try Self.storedSandboxes(in: tasksFolder) {
            self.ports.note(sandbox.bindings.map(\.port), of: sandbox.taskID)
        }
    }

    /// Images are labels here; nothing is pulled.
    package func prepareImage(_ reference: String, digest: String?) async throws -> String? { nil }

    /// Processes share the host's network.
    package func hostAddressForContainers() async throws -> String? { "127.0.0.1" }

    func taskFolder(_ taskID: String) -> String { "\(self.tasksFolder)/\(taskID)" }

    func runFolder(of container: ContainerHandle) -> RunFolder {
        RunFolder(taskFolder: self.taskFolder(container.taskID), container: container.name)
    }
}
