internal import DeploymentEngine
internal import ELBv2API
internal import Logging
internal import Model
internal import STSAPI
internal import Store
internal import WireProtocol
internal import WorkloadRuntime

extension TaskDriver {
    /// Performs one command and records its outcome.
    func perform(_ command: TaskMachine.Command) async {
        CrashPoint.reached("ecs.before-task-command")
        switch command {
        case .createSandbox: await self.createSandbox()
        case .prepareImage(let container): await self.prepareImage(of: container)
        case .startContainer(let container, let run): await self.startContainer(container, run: run)
        case .watchContainer(let container, _): await self.watchContainer(container)
        case .probeHealth(let container, let moment): await self.probeHealth(of: container, at: moment)
        case .registerTargets: await self.registerTargets()
        case .deregisterTargets(let drains): await self.deregisterTargets(drain: drains)
        case .stopContainer(let container, let timeout): await self.stopContainer(container, timeout)
        case .removeSandbox: await self.removeSandbox()
        case .awaitStartTimeout(let container, let moment):
            guard await self.sleep(until: moment) else { return }
            await self.record { machine, _, now in machine.startTimeoutPassed(of: container, at: now) }
        }
    }

    private func sleep(until moment: Timestamp) async -> Bool {
        do {
            try await self.clock.sleep(until: moment)
            return true
        } catch {
            return false
        }
    }

    /// Calls the runtime; an engine that cannot be reached is asked again until the task is cancelled.
    private func attempt<Result: Sendable>(_ work: () async throws -> Result) async -> Swift.Result<
        Result, TaskFailure
    >? {
        var pause = Duration.milliseconds(200)
        while !Task.isCancelled {
            do {
                return .success(try await work())
            } catch RuntimeFailure.unavailable(let detail) {
                self.logger.warning(
                    "runtime is not available", metadata: ["task.id": "\(self.taskID)", "detail": "\(detail)"])
            } catch let failure as RuntimeFailure {
                return .failure(TaskFailure(reason: failure.reason))
            } catch is CancellationError {
                return nil
            } catch {
                return .failure(TaskFailure(reason: "\(error)"))
            }
            guard await self.sleep(until: self.clock.now() + pause) else { return nil }
            pause = min(pause * 2, .seconds(10))
        }
        return nil
    }

    private func createSandbox() async {
        guard let specification = await self.assembly()?.sandboxSpecification else { return }
        switch await self.attempt({ try await self.runtime.createSandbox(specification) }) {
        case .success(let sandbox):
            await self.record { machine, assembly, now in
                assembly.sandbox = sandbox
                machine.sandboxCreated(at: now)
            }
        case .failure(let failure):
            await self.record { machine, _, now in machine.sandboxFailed(failure.reason, at: now) }
        case nil: return
        }
    }

    private func prepareImage(of container: String) async {
        guard let assembly = await self.assembly(),
            let image = assembly.containers.first(where: { $0.name == container })?.image
        else { return }
        let outcome = await self.attempt {
            let known = try await self.digest(of: container, assembly)
            return try await self.runtime.prepareImage(image, digest: known)
        }
        switch outcome {
        case .success(let digest):
            await self.record { task, assembly, transaction, now in
                let own = try task.keepDigest(digest, of: container, assembly, transaction)
                task.machine.imagePrepared(of: container, digest: own, at: now)
            }
        case .failure(let failure):
            await self.record { machine, _, now in machine.imageFailed(of: container, failure.reason, at: now) }
        case nil: return
        }
    }

    private func startContainer(_ container: String, run: Int) async {
        guard let assembly = await self.assembly(), let sandbox = assembly.sandbox,
            var specification = assembly.containers.first(where: { $0.name == container })
        else { return }
        if let member = assembly.unsupported[container] {
            let reason =
                "ResourceInitializationError: \(member) of the task definition is not supported by Teal (container \(container))"
            await self.record { machine, _, now in machine.containerStartFailed(container, reason, at: now) }
            return
        }
        if let destination = assembly.logs[container] {
            do {
                try await LogForwarding.prepare(destination, self.aws)
            } catch {
                let reason =
                    "ResourceInitializationError: failed to create log stream \(destination.group)/\(destination.stream): \(error)"
                await self.record { machine, _, now in machine.containerStartFailed(container, reason, at: now) }
                return
            }
        }
        if let role = assembly.role, role.delivery == .environment {
            do {
                specification.environment = try await self.roleVariables(role.arn) + specification.environment
            } catch {
                let reason = "ResourceInitializationError: unable to assume the task role \(role.arn): \(error)"
                await self.record { machine, _, now in machine.containerStartFailed(container, reason, at: now) }
                return
            }
        }
        do {
            specification.imageDigest = try await self.digest(of: container, assembly)
        } catch {
            let reason = "ResourceInitializationError: the image of container \(container) is not known: \(error)"
            await self.record { machine, _, now in machine.containerStartFailed(container, reason, at: now) }
            return
        }
        let complete = specification
        let previous = run > 0 ? assembly.handles[container] : nil
        let outcome = await self.attempt {
            guard let previous else { return try await self.runtime.startContainer(complete, in: sandbox) }
            return try await self.runtime.restartContainer(complete, after: previous, in: sandbox)
        }
        switch outcome {
        case .success(let handle):
            await self.record { machine, assembly, now in
                assembly.handles[container] = handle
                machine.containerStarted(container, at: now)
            }
        case .failure(let failure):
            await self.record { machine, _, now in machine.containerStartFailed(container, failure.reason, at: now) }
        case nil: return
        }
    }

    /// What the definition sets itself comes later and wins.
    private func roleVariables(_ role: String) async throws -> [ContainerSpecification.EnvironmentVariable] {
        let credentials = try await self.sessions.credentials(of: role, task: self.taskID, in: self.aws.scope)
        return [
            .init("AWS_ACCESS_KEY_ID", credentials.accessKeyId ?? ""),
            .init("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey ?? ""),
            .init("AWS_SESSION_TOKEN", credentials.sessionToken ?? ""),
        ]
    }

    private func watchContainer(_ container: String) async {
        guard let handle = await self.assembly()?.handles[container] else { return }
        switch await self.attempt({ try await self.runtime.waitForExit(of: handle) }) {
        case .success(let exit):
            let lastLine = await self.lastLine(of: handle)
            await self.record { machine, assembly, now in
                if let lastLine {
                    assembly.lastLines = (assembly.lastLines ?? [:]).merging([container: lastLine]) { $1 }
                }
                machine.containerExited(container, code: exit.code, outOfMemory: exit.outOfMemory, at: now)
            }
        case .failure(let failure):
            self.logger.warning(
                "container is lost",
                metadata: ["task.id": "\(self.taskID)", "container": "\(container)", "reason": "\(failure.reason)"])
            await self.record { machine, _, now in
                machine.containerExited(container, code: nil, outOfMemory: false, at: now)
            }
        case nil: return
        }
    }

    private func probeHealth(of container: String, at moment: Timestamp) async {
        guard await self.sleep(until: moment), let task = await self.assembly(), let handle = task.handles[container],
            let command = task.healthCommands[container]
        else { return }
        let timeout = await self.healthTimeout(of: container)
        let passed: Bool
        // An engine that cannot be reached tells nothing about the container's health.
        switch await self.attempt({ try await self.runtime.runHealthCommand(command, in: handle, timeout: timeout) }) {
        case .success(let result): passed = result == .passed
        case .failure: passed = false
        case nil: return
        }
        await self.record { machine, _, now in machine.healthProbeFinished(of: container, passed: passed, at: now) }
    }

    private func healthTimeout(of container: String) async -> Duration {
        let machine: TaskMachine?
        do {
            machine = try await self.store.read { try $0.task(self.taskID) }?.machine
        } catch {
            machine = nil
        }
        return machine?.containers.first { $0.name == container }?.plan.healthCheck?.timeout ?? .seconds(5)
    }

    private func stopContainer(_ container: String, _ timeout: Duration) async {
        guard let handle = await self.assembly()?.handles[container] else { return }
        while true {
            switch await self.attempt({ try await self.runtime.stopContainer(handle, timeout: timeout) }) {
            case .success(let exit):
                await self.record { machine, _, now in
                    machine.containerExited(container, code: exit.code, outOfMemory: exit.outOfMemory, at: now)
                }
                return
            case .failure(let failure):
                self.logger.warning(
                    "container could not be stopped",
                    metadata: [
                        "task.id": "\(self.taskID)", "container": "\(container)", "reason": "\(failure.reason)",
                    ])
            case nil: return
            }
            guard await self.sleep(until: self.clock.now() + .seconds(1)) else { return }
        }
    }

    private func removeSandbox() async {
        if let sandbox = await self.assembly()?.sandbox {
            // An engine may refuse while it is busy with the same containers. What is left then goes at the next start.
            for _ in 0..<5 {
                guard let outcome = await self.attempt({ try await self.runtime.removeSandbox(sandbox) }) else {
                    return
                }
                guard case .failure(let failure) = outcome else { break }
                self.logger.error(
                    "sandbox could not be removed",
                    metadata: ["task.id": "\(self.taskID)", "reason": "\(failure.reason)"])
                guard await self.sleep(until: self.clock.now() + .seconds(1)) else { return }
            }
        }
        await self.record { machine, _, now in machine.sandboxRemoved(at: now) }
    }
}

/// Why a step of a task failed, in the words of `stoppedReason`.
struct TaskFailure: Error {
    let reason: String
}
