internal import DeploymentEngine
package import Logging
package import Model
internal import ServiceLifecycle
package import Store
package import WireProtocol
package import WorkloadRuntime

/// Drives every task that has not stopped: performs what its machine asks for, and feeds the outcomes back. After a restart
/// it finds the running ones in the store and watches their containers again (adoption).
package struct TaskController: Service {
    private let store: Store
    private let runtime: any WorkloadRuntime
    private let aws: AWSClient
    private let sessions: TaskRoleSessions
    private let output: ContainerOutput
    private let clock: any WallClock
    private let account: String
    private let logger: Logger

    package init(
        store: Store, runtime: any WorkloadRuntime, aws: AWSClient, sessions: TaskRoleSessions, output: ContainerOutput,
        clock: any WallClock, account: String, logger: Logger
    ) {
        self.store = store
        self.runtime = runtime
        self.aws = aws
        self.sessions = sessions
        self.output = output
        self.clock = clock
        self.account = account
        self.logger = logger
    }

    package func run() async throws {
        let signal = WakeSignal()
        let changes = self.store.changes.watch([.tasks])
        await cancelWhenGracefulShutdown {
            await self.removeOrphans()
            await withTaskGroup(of: String?.self) { group in
                group.addTask {
                    await signal.follow(changes)
                    return nil
                }
                await self.drive(on: signal, in: &group)
                group.cancelAll()
            }
        }
    }

    /// One driver a task; a driver looks again whenever tasks change.
    private func drive(on signal: WakeSignal, in group: inout TaskGroup<String?>) async {
        var drivers: [String: WakeSignal] = [:]
        var retryAt: Timestamp?
        while await signal.wait(until: retryAt, self.clock) {
            let live: [StoredTask]
            do {
                live = try await self.store.read { try $0.liveTasks() }
                retryAt = nil
            } catch is CancellationError {
                return
            } catch {
                self.logger.error("tasks could not be read", metadata: ["error": "\(String(reflecting: error))"])
                retryAt = self.clock.now() + .seconds(1)
                continue
            }
            let ids = Set(live.map(\.id))
            drivers = drivers.filter { ids.contains($0.key) }
            for task in live {
                if let driver = drivers[task.id] {
                    driver.raise()
                    continue
                }
                let driver = WakeSignal()
                drivers[task.id] = driver
                let run = self.driver(of: task)
                group.addTask {
                    await run.run(on: driver)
                    return task.id
                }
            }
        }
    }

    private func driver(of task: StoredTask) -> TaskDriver {
        TaskDriver(
            taskID: task.id, store: self.store, runtime: self.runtime,
            aws: self.aws.acting(in: Scope(account: self.account, region: task.region)), sessions: self.sessions,
            output: self.output, clock: self.clock, logger: self.logger)
    }

    /// Sandboxes of this data directory that no live task owns: left by a crash between making them and recording them.
    private func removeOrphans() async {
        do {
            let live = Set(try await self.store.read { try $0.liveTasks() }.map(\.id))
            for sandbox in try await self.runtime.sandboxes() where !live.contains(sandbox.taskID) {
                self.logger.info("removing a sandbox that no task owns", metadata: ["task.id": "\(sandbox.taskID)"])
                try await self.runtime.removeSandbox(sandbox)
            }
        } catch {
            self.logger.warning("orphaned sandboxes could not be removed", metadata: ["error": "\(error)"])
        }
    }
}
