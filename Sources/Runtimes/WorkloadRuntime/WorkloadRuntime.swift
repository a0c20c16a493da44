/// Runs the containers of tasks. Thin on purpose: order, essential containers, health verdicts and retries are decided by
/// the task machine (`DeploymentEngine`); a runtime starts, stops, looks and reports. Two implementations ship: processes
/// of the host and Docker; one contract suite runs over both.
///
/// Handles are durable: they are stored, and after a restart of the control plane the same calls work on them again
/// (adoption). Every call is idempotent: starting what runs returns the same handle, stopping what is gone succeeds.
package protocol WorkloadRuntime: Sendable {
    var kind: RuntimeKind { get }

    /// Gives a task its network: an own address, host ports, or the host's. Called once, before any container.
    /// - Throws: `RuntimeFailure`, usually `.resourceInitialization`.
    func createSandbox(_ specification: SandboxSpecification) async throws -> Sandbox

    /// Makes the image present; pulls only what is absent.
    /// - Parameter digest: the image to have, whatever the reference's tag stands for by now; `nil` for what it stands for.
    /// - Returns: the image's digest, where the runtime has one.
    /// - Throws: `RuntimeFailure.cannotPullContainer`.
    func prepareImage(_ reference: String, digest: String?) async throws -> String?

    /// - Throws: `RuntimeFailure.cannotStartContainer` or `.cannotCreateContainer`.
    func startContainer(_ specification: ContainerSpecification, in sandbox: Sandbox) async throws -> ContainerHandle

    /// Starts a container again that has exited, in the same sandbox, with the same files and going on with the same output.
    /// - Parameter previous: the run that has ended. Where a later one was started already, that one is returned.
    /// - Throws: `RuntimeFailure.cannotStartContainer` or `.cannotCreateContainer`.
    func restartContainer(
        _ specification: ContainerSpecification, after previous: ContainerHandle, in sandbox: Sandbox
    ) async throws -> ContainerHandle

    /// Returns when the container has exited, at once if it already had; also for an adopted container.
    func waitForExit(of container: ContainerHandle) async throws -> ContainerExit

    /// What can be seen of a container now, without waiting. The first call after a restart of the control plane.
    func inspect(_ container: ContainerHandle) async throws -> ContainerObservation

    /// Sends the stop signal, waits up to `timeout` (never scaled), then kills. Returns when the container is gone.
    func stopContainer(_ container: ContainerHandle, timeout: Duration) async throws -> ContainerExit

    /// Runs a health command inside the container; a command still running after `timeout` is killed and has failed.
    func runHealthCommand(_ command: [String], in container: ContainerHandle, timeout: Duration) async throws
        -> HealthCommandResult

    /// Output lines from the container's start on, oldest first, going on until it has exited and all is read.
    /// `after` resumes behind a position seen earlier.
    func logLines(of container: ContainerHandle, after position: LogPosition?) -> AsyncThrowingStream<
        LogLine, any Error
    >

    /// What containers have used and hold now. Those that do not run are left out.
    func usage(of containers: [ContainerHandle]) async throws -> [ContainerHandle: ContainerUsage]

    /// Removes the task's containers and network. Logs not yet read are lost.
    func removeSandbox(_ sandbox: Sandbox) async throws

    /// Every sandbox of this data directory that the runtime knows, so that what no task owns can be removed.
    func sandboxes() async throws -> [Sandbox]

    /// The address of this host as tasks in sandboxes of their own see it, for their way back to the API: loopback is theirs
    /// alone inside a container. The server listens there too. `nil` where there is no such address.
    func hostAddressForContainers() async throws -> String?
}

package enum RuntimeKind: String, Sendable, Codable {
    case docker
    case process
}
