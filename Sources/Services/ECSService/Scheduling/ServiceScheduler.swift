internal import DeploymentEngine
internal import ECSAPI
internal import ELBv2API
package import Logging
package import Model
internal import ServiceLifecycle
package import Store
package import WireProtocol

/// Keeps every service at its wanted tasks: looks at the facts, lets `ServiceReconciler` decide, and records the outcome.
/// Woken by commits that touch services, task sets, tasks or target health, and at the moments that plans ask for.
package struct ServiceScheduler: Service {
    private let store: Store
    private let aws: AWSClient
    private let clock: any WallClock
    private let account: String
    private let timeScale: TimeScale
    private let taskEnvironment: TaskEnvironment
    private let logger: Logger

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
        var wakeAt: Timestamp?
        while await signal.wait(until: wakeAt, self.clock) {
            do {
                wakeAt = try await self.reconcileAll()
            } catch is CancellationError {
                return
            } catch {
                self.logger.error("services could not be reconciled", metadata: ["error": "\(String(reflecting: error))"])
                wakeAt = self.clock.now() + .seconds(5)
            }
        }
    }

    /// - Returns: the next moment at which a service must be looked at, if nothing changes before.
    private func reconcileAll() async throws -> Timestamp? {
        var wakeAt: Timestamp?
        for service in try await self.store.read({ try $0.scheduledServices() }) {
            do {
                guard let next = try await self.reconcile(service.key) else { continue }
                wakeAt = min(wakeAt ?? next, next)
            } catch let error as AWSError {
                // A target group that is gone, or a load balancer that cannot answer now.
                self.logger.warning(
                    "service could not be reconciled", metadata: ["service": "\(service.key.name)", "error": "\(error)"])
                let retry = self.clock.now() + .seconds(5)
                wakeAt = min(wakeAt ?? retry, retry)
            }
        }
        return wakeAt
    }

    private func reconcile(_ key: ServiceKey) async throws -> Timestamp? {
        let scope = Scope(account: self.account, region: key.region)
        let facts = try await self.store.read { try ServiceFacts(of: key, in: $0) }
        guard let facts else { return nil }
        let health = try await self.targetHealth(facts, in: scope)
        let now = self.clock.now()
        let observed = try facts.observed(health)
        let plan = ServiceReconciler.plan(desired: try facts.desired(self.timeScale), observed: observed, at: now)
        CrashPoint.reached("ecs.before-plan-commit")
        try await self.store.write { transaction in
            try PlanCommit(
                plan: plan, ended: observed.ended.map(\.id), key: key, scope: scope, taskEnvironment: self.taskEnvironment, now: now
            ).apply(to: transaction)
        }
        CrashPoint.reached("ecs.after-plan-commit")
        return plan.wakeAt
    }

    /// Verdicts of every target group that tasks of the service are registered with.
    private func targetHealth(_ facts: ServiceFacts, in scope: Scope) async throws -> TargetHealthTable {
        var table = TargetHealthTable()
        for group in try facts.targetGroups {
            let output = try await self.aws.acting(in: scope).call(ELBv2.DescribeTargetHealth.self, .init(targetGroupArn: group))
            for description in output.targetHealthDescriptions ?? [] { table.add(description, of: group) }
        }
        return table
    }
}
