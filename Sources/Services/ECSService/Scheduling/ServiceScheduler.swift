internal import DeploymentEngine
internal import ECSAPI
internal import ELBv2API
package import Logging
package import Model
internal import ServiceLifecycle
package import Store
package import WireProtocol

/// Keeps every service at its wanted tasks: looks at the facts, lets `ServiceReconciler` decide, and records the outcome.
/// Looks at all services once at the start; then only at those that a commit touched, whose plan asked for this moment, or that
/// have targets in a group that changed.
package struct ServiceScheduler: Service {
    private let store: Store
    private let aws: AWSClient
    private let clock: any WallClock
    private let account: String
    private let timeScale: TimeScale
    private let taskEnvironment: TaskEnvironment
    private let logger: Logger
    let changed: ChangedSubjects

    package init(
        store: Store, aws: AWSClient, clock: any WallClock, account: String, timeScale: TimeScale,
        taskEnvironment: TaskEnvironment, logger: Logger
    ) {
        self.store = store
        self.aws = aws
        self.clock = clock
        self.account = account
        self.timeScale = timeScale
        self.taskEnvironment = taskEnvironment
        self.logger = logger
        self.changed = store.changes.collectSubjects()
    }

    package func run() async throws {
        let signal = WakeSignal()
        let changes = self.store.changes.watch([.services, .taskSets, .tasks, .targetHealth, .targetGroups])
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await signal.follow(changes) }
                await self.reconcile(on: signal)
                group.cancelAll()
            }
        }
    }

    private func reconcile(on signal: WakeSignal) async {
        var agenda = ServiceAgenda()
        var isFilled = false
        while await signal.wait(until: isFilled ? agenda.nextWake : self.clock.now(), self.clock) {
            do {
                if !isFilled {
                    agenda = try await self.firstAgenda()
                    isFilled = true
                }
                _ = try await self.work(through: &agenda)
            } catch is CancellationError {
                return
            } catch {
                self.logger.error("services could not be read", metadata: ["error": "\(String(reflecting: error))"])
                // Throws only when cancelled; as long as the store cannot be read, nothing else is to be done.
                guard (try? await self.clock.sleep(until: self.clock.now() + .seconds(5))) != nil else { return }
            }
        }
    }

    /// Every service, once: what changed while no scheduler ran is not known.
    func firstAgenda() async throws -> ServiceAgenda {
        var agenda = ServiceAgenda()
        agenda.servicesChanged(Set(try await self.store.read { try $0.scheduledServices() }.map(\.key)))
        return agenda
    }

    /// Looks at the services that changed or are due, and no others.
    /// - Returns: which those were.
    /// - Throws: `CancellationError`.
    func work(through agenda: inout ServiceAgenda) async throws -> Set<ServiceKey> {
        agenda.happened(self.changed.take())
        let due = agenda.takeDue(at: self.clock.now())
        for key in due {
            do {
                let outcome = try await self.reconcile(key)
                agenda.looked(at: key, wakeAt: outcome.wakeAt, targetGroups: outcome.targetGroups)
            } catch let error as CancellationError {
                throw error
            } catch {
                // A target group that is gone, a load balancer that cannot answer now, a full disk.
                self.logger.warning(
                    "service could not be reconciled",
                    metadata: ["service": "\(key.name)", "error": "\(String(reflecting: error))"])
                agenda.failed(key, retryAt: self.clock.now() + .seconds(5))
            }
        }
        return due
    }

    private func reconcile(_ key: ServiceKey) async throws -> (wakeAt: Timestamp?, targetGroups: Set<String>) {
        let scope = Scope(account: self.account, region: key.region)
        let facts = try await self.store.read { try ServiceFacts(of: key, in: $0) }
        guard let facts else { return (nil, []) }
        let targetGroups = try facts.targetGroups
        let health = try await self.targetHealth(targetGroups, in: scope)
        let now = self.clock.now()
        let observed = try facts.observed(health)
        let plan = ServiceReconciler.plan(desired: try facts.desired(self.timeScale), observed: observed, at: now)
        CrashPoint.reached("ecs.before-plan-commit")
        try await self.store.write { transaction in
            // Who changed them since (a deployment that ended, a count) has made the scheduler look again: that look's plan counts.
            guard try facts.stillHold(in: transaction) else { return }
            try PlanCommit(
                plan: plan, ended: observed.ended.map(\.id), key: key, scope: scope,
                taskEnvironment: self.taskEnvironment, now: now
            ).apply(to: transaction)
        }
        CrashPoint.reached("ecs.after-plan-commit")
        return (plan.wakeAt, targetGroups)
    }

    /// Verdicts of every target group that tasks of the service are registered with.
    private func targetHealth(_ groups: Set<String>, in scope: Scope) async throws -> TargetHealthTable {
        var table = TargetHealthTable()
        for group in groups {
            let output = try await self.aws.acting(in: scope).call(
                ELBv2.DescribeTargetHealth.self, .init(targetGroupArn: group))
            for description in output.targetHealthDescriptions ?? [] { table.add(description, of: group) }
        }
        return table
    }
}
