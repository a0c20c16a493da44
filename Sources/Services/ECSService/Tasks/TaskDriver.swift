internal import DeploymentEngine
internal import Logging
internal import Model
internal import Store
internal import Synchronization
internal import WireProtocol
internal import WorkloadRuntime

/// Drives one task: whatever its machine says must be under way, is under way once. Outcomes are facts, each applied in a
/// transaction of its own; a crash in between repeats a command, which is harmless.
struct TaskDriver: Sendable {
    let taskID: String
    let store: Store
    let runtime: any WorkloadRuntime
    let aws: AWSClient
    let sessions: TaskRoleSessions
    let output: ContainerOutput
    let clock: any WallClock
    let logger: Logger

    /// How long a task that has ended is kept for output that has not been read yet.
    private static let outputLimit = Duration.seconds(30)

    /// Returns when the task has stopped, or the surrounding task is cancelled.
    func run(on signal: WakeSignal) async {
        await withTaskGroup(of: TaskMachine.Command.self) { group in
            var underWay: Set<TaskMachine.Command> = []
            var logged: [String: ContainerHandle] = [:]
            let forwarding = OpenForwardings()
            var outputDeadline: Timestamp?
            signal.raise()
            while await signal.wait(until: outputDeadline, self.clock) {
                guard let task = await self.load(), task.machine.phase != .stopped else { break }
                for container in self.logContainers(of: task)
                where logged[container.name] != container && !forwarding.isOpen(container.name) {
                    logged[container.name] = container
                    self.forwardLogs(of: container, task, forwarding, signal, in: &group)
                }
                let wanted = Set(task.machine.commands)
                // A probe or time-out whose moment has passed is another command next time.
                underWay.formIntersection(wanted)
                for command in task.machine.commands where !underWay.contains(command) {
                    if command == .removeSandbox, !forwarding.isEmpty {
                        // Output that is not read before the sandbox goes is lost.
                        let deadline = outputDeadline ?? self.clock.now() + Self.outputLimit
                        outputDeadline = deadline
                        if self.clock.now() < deadline { continue }
                        outputDeadline = nil
                    }
                    underWay.insert(command)
                    group.addTask {
                        await self.perform(command)
                        signal.raise()
                        return command
                    }
                }
            }
            group.cancelAll()
        }
    }

    /// Tries again every second while the store cannot be read. `nil` where the task is gone, or the server stops.
    func load() async -> StoredTask? {
        while true {
            do {
                return try await self.store.read { try $0.task(self.taskID) }
            } catch is CancellationError {
                return nil
            } catch {
                self.logger.error(
                    "task could not be read", metadata: ["task.id": "\(self.taskID)", "error": "\(error)"])
            }
            do { try await self.clock.sleep(for: .seconds(1)) } catch { return nil }
        }
    }

    /// Records what has happened. Only a full or broken disk makes this fail: it is tried again every second until it works, for
    /// a container ends only once. A stopping server leaves it; the next one looks at the runtime anew.
    func record(_ fact: @escaping @Sendable (inout TaskMachine, inout TaskAssembly, Timestamp) -> Void) async {
        await self.record { task, assembly, _, now in fact(&task.machine, &assembly, now) }
    }

    /// The same, of a fact that goes further than the task.
    func record(
        _ fact: @escaping @Sendable (inout StoredTask, inout TaskAssembly, StoreTransaction, Timestamp) throws -> Void
    ) async {
        let now = self.clock.now()
        while true {
            do {
                try await self.commit(fact, at: now)
                CrashPoint.reached("ecs.after-task-commit")
                return
            } catch is CancellationError {
                return
            } catch {
                self.logger.error(
                    "task fact could not be recorded", metadata: ["task.id": "\(self.taskID)", "error": "\(error)"])
            }
            do { try await self.clock.sleep(for: .seconds(1)) } catch { return }
        }
    }

    private func commit(
        _ fact: @escaping @Sendable (inout StoredTask, inout TaskAssembly, StoreTransaction, Timestamp) throws -> Void,
        at now: Timestamp
    ) async throws {
        try await self.store.write { transaction in
            guard var task = try transaction.task(self.taskID) else { return }
            var assembly = try TaskAssembly.decode(task.body)
            let before = (task.machine, assembly)
            try fact(&task, &assembly, transaction, now)
            guard before != (task.machine, assembly) else { return }
            task.body = try assembly.text
            try transaction.save(task)
        }
    }

    func assembly() async -> TaskAssembly? {
        guard let task = await self.load() else { return nil }
        do {
            return try TaskAssembly.decode(task.body)
        } catch {
            self.logger.error(
                "stored task cannot be read", metadata: ["task.id": "\(self.taskID)", "error": "\(error)"])
            return nil
        }
    }

    private func logContainers(of task: StoredTask) -> [ContainerHandle] {
        // A body that cannot be read is reported by the command that needs it.
        guard let assembly = try? TaskAssembly.decode(task.body) else { return [] }
        return assembly.handles.values.filter { assembly.logs[$0.name] != nil }
    }

    private func forwardLogs(
        of container: ContainerHandle, _ task: StoredTask, _ open: OpenForwardings, _ signal: WakeSignal,
        in group: inout TaskGroup<TaskMachine.Command>
    ) {
        // As above: the command that needs the body reports it.
        guard let destination = (try? TaskAssembly.decode(task.body))?.logs[container.name] else { return }
        let forwarding = LogForwarding(
            runtime: self.runtime, output: self.output, clock: self.clock, destination: destination,
            container: container, logger: self.logger)
        open.opened(container.name)
        group.addTask {
            await forwarding.run()
            open.closed(container.name)
            signal.raise()
            return .watchContainer(container.name)
        }
    }
}

/// The containers whose output is still being read. One that is started again is read by one reader at a time.
private final class OpenForwardings: Sendable {
    private let names: Mutex<Set<String>> = Mutex([])

    var isEmpty: Bool { self.names.withLock { $0.isEmpty } }

    func isOpen(_ container: String) -> Bool { self.names.withLock { $0.contains(container) } }
    func opened(_ container: String) { self.names.withLock { _ = $0.insert(container) } }
    func closed(_ container: String) { self.names.withLock { _ = $0.remove(container) } }
}
