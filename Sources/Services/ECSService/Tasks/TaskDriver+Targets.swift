internal import DeploymentEngine
internal import ELBv2API
internal import Logging
internal import Model
internal import Store
internal import WireProtocol
internal import WorkloadRuntime

extension TaskDriver {
    private static let pollInterval = Duration.milliseconds(500)

    /// Registers the task with each of its target groups; registering again what is there succeeds.
    func registerTargets() async {
        guard let registrations = await self.registrations() else { return }
        do {
            guard try await self.othersHaveLeft(registrations) else {
                return await self.record { machine, _, now in machine.targetRegistrationGivenUp(at: now) }
            }
        } catch {
            return
        }
        for registration in registrations {
            do {
                try await self.repeatingTransient {
                    _ = try await self.aws.call(
                        ELBv2.RegisterTargets.self,
                        .init(
                            targetGroupArn: registration.group,
                            targets: [.init(id: registration.id, port: registration.port)]))
                }
            } catch is CancellationError {
                return
            } catch {
                let reason = "ResourceInitializationError: unable to register with \(registration.group): \(error)"
                await self.record { machine, _, now in machine.targetRegistrationFailed(reason, at: now) }
                return
            }
        }
        await self.note { _ in registrations.map { .registeredTargets(1, targetGroup: $0.group) } }
        await self.record { machine, _, now in machine.targetsRegistered(at: now) }
    }

    /// Takes the task out of its target groups, and waits until connections have drained where that is asked for.
    func deregisterTargets(drain: Bool) async {
        guard let registrations = await self.registrations() else { return }
        do {
            for registration in registrations {
                try await self.repeatingTransient {
                    _ = try await self.aws.call(
                        ELBv2.DeregisterTargets.self,
                        .init(
                            targetGroupArn: registration.group,
                            targets: [.init(id: registration.id, port: registration.port)]))
                }
            }
            await self.note { task in
                [.beganDraining(revision: task.revision ?? "", count: 1)]
                    + registrations.map { .deregisteredTargets(1, targetGroup: $0.group) }
            }
            if drain { for registration in registrations { try await self.waitUntilDrained(registration) } }
        } catch is CancellationError {
            return
        } catch {
            // The target group is gone, and the registration with it.
            self.logger.warning(
                "targets could not be deregistered", metadata: ["task.id": "\(self.taskID)", "error": "\(error)"])
        }
        await self.record { machine, _, now in machine.targetsDeregistered(at: now) }
    }

    /// Waits while another task of the service is registered at an address of this one: it has died, or the address would not be
    /// ours, but that has not been noticed yet. Registering beside it would take over its health, and end with its registration.
    /// - Returns: false where this task is to stop meanwhile.
    /// - Throws: `CancellationError`.
    private func othersHaveLeft(_ registrations: [TargetRegistration]) async throws -> Bool {
        while true {
            do {
                let (isStopping, held) = try await self.store.read { snapshot in
                    guard let task = try snapshot.task(self.taskID), let service = task.service else {
                        return (true, false)
                    }
                    let key = ServiceKey(region: task.region, cluster: task.cluster, name: service)
                    let held = try snapshot.openTasks(of: key).contains { other in
                        guard other.id != task.id, other.machine.isRegistered else { return false }
                        return try TaskAssembly.decode(other.body).registrations.contains { registrations.contains($0) }
                    }
                    return (task.machine.stop != nil, held)
                }
                if !held { return true }
                if isStopping { return false }
            } catch let error as CancellationError {
                throw error
            } catch {
                self.logger.error(
                    "tasks could not be read", metadata: ["task.id": "\(self.taskID)", "error": "\(error)"])
            }
            try await self.clock.sleep(for: Self.pollInterval)
        }
    }

    private func registrations() async -> [TargetRegistration]? { await self.assembly()?.registrations }

    /// The load balancer shows a target as draining until its deregistration delay is over.
    private func waitUntilDrained(_ registration: TargetRegistration) async throws {
        while true {
            let output = try await self.aws.call(
                ELBv2.DescribeTargetHealth.self,
                .init(
                    targetGroupArn: registration.group, targets: [.init(id: registration.id, port: registration.port)]))
            guard output.targetHealthDescriptions?.contains(where: { $0.targetHealth?.state == .draining }) == true
            else { return }
            try await self.clock.sleep(for: Self.pollInterval)
        }
    }

    /// Repeats a call that failed on the service's side; what the caller did wrong is thrown.
    private func repeatingTransient(_ call: () async throws -> Void) async throws {
        while true {
            do {
                return try await call()
            } catch let error as AWSError where error.fault == .receiver {
                try await self.clock.sleep(for: Self.pollInterval)
            }
        }
    }

    /// Adds to the events of the task's service; a task of no service has none.
    private func note(_ events: @escaping @Sendable (StoredTask) -> [ServiceEvent]) async {
        let now = self.clock.now()
        do {
            try await self.store.write { transaction in
                guard let task = try transaction.task(self.taskID), let service = task.service else { return }
                let key = ServiceKey(region: task.region, cluster: task.cluster, name: service)
                guard try transaction.service(key) != nil else { return }
                for event in events(task) {
                    try transaction.appendEvent(event.message(service: service), to: key, at: now)
                }
            }
        } catch {
            self.logger.warning(
                "service event could not be recorded", metadata: ["task.id": "\(self.taskID)", "error": "\(error)"])
        }
    }
}
