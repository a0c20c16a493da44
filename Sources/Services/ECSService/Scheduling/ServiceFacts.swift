internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol
internal import WorkloadRuntime

/// Everything that a plan for one service depends on, read in one snapshot.
struct ServiceFacts: Sendable {
    let service: StoredService
    let body: ECS.CreateServiceRequest
    let revisions: [StoredServiceRevision]
    let tasks: [StoredTask]
    /// Whether the newest deployment of the service is rolling; under another controller, that says nothing.
    let isRolling: Bool

    /// `nil` where the service is gone or INACTIVE.
    init?(of key: ServiceKey, in snapshot: StoreSnapshot) throws {
        guard let service = try snapshot.service(key), service.status != .inactive else { return nil }
        self.service = service
        self.body = try StoredShape.decode(ECS.CreateServiceRequest.self, from: service.body)
        self.revisions = try snapshot.revisions(of: key)
        self.tasks = try snapshot.openTasks(of: key)
        self.isRolling = service.controller == .ecs ? try snapshot.isRolling(key) ?? true : false
    }

    /// Whether the service and its revisions are as they were read. A plan made of others would undo what was decided since.
    func stillHold(in snapshot: StoreSnapshot) throws -> Bool {
        try snapshot.service(self.service.key) == self.service
            && snapshot.revisions(of: self.service.key) == self.revisions
    }

    var roster: RevisionRoster { RevisionRoster(self.revisions) }

    var targetGroups: Set<String> {
        get throws { Set(try self.tasks.flatMap { try TaskAssembly.decode($0.body).targets.map(\.targetGroupARN) }) }
    }

    /// - Parameter timeScale: shortens the time after which a task without any health check counts as healthy.
    func desired(_ timeScale: TimeScale) throws -> DesiredService {
        let controller: DesiredService.Controller =
            self.isRolling
            ? .rolling(
                minimumHealthyPercent: self.body.deploymentConfiguration?.minimumHealthyPercent ?? 100,
                maximumPercent: self.body.deploymentConfiguration?.maximumPercent ?? 200)
            : .taskSets
        return DesiredService(
            controller: controller, desiredCount: self.service.desiredCount,
            isDraining: self.service.status == .draining, isDeploying: self.isDeploying,
            healthCheckGracePeriod: .seconds(self.body.healthCheckGracePeriodSeconds ?? 0),
            settlingTime: timeScale.wait(.seconds(40)),
            revisions: try self.roster.released(isRolling: self.isRolling).compactMap(self.revision),
            steadySince: self.service.steadySince)
    }

    private var isDeploying: Bool { self.service.controller == .ecs && self.roster.isDeploying }

    private func revision(_ entry: RevisionRoster.Entry) throws -> DesiredService.Revision? {
        guard let stored = self.revisions.first(where: { $0.id == entry.id.rawValue }) else { return nil }
        let taskSet = try StoredShape.decode(ECS.TaskSet.self, from: stored.body)
        let own = self.tasks.filter { $0.revision == stored.id }
        return DesiredService.Revision(
            id: stored.id, role: entry.role, desiredCount: entry.computedDesiredCount(of: self.service.desiredCount),
            hasTargets: taskSet.loadBalancers?.isEmpty == false,
            hasHealthChecks: own.contains {
                $0.machine.containers.contains { $0.plan.healthCheck != nil && $0.plan.isEssential }
            },
            progress: entry.progress)
    }

    func observed(_ health: TargetHealthTable) throws -> ObservedService {
        var observed = ObservedService()
        for task in self.tasks {
            guard let revision = task.revision else { continue }
            let machine = task.machine
            guard machine.phase != .stopped else {
                let lifetime = machine.times.startedAt.map { (machine.times.stoppedAt ?? $0) - $0 }
                observed.ended.append(
                    EndedTask(
                        id: task.id, revision: revision, ranFor: lifetime,
                        stopCode: machine.stop?.code ?? .essentialContainerExited))
                continue
            }
            observed.tasks.append(
                ObservedTask(
                    id: task.id, revision: revision, phase: machine.phase, isStopping: machine.stop != nil,
                    createdAt: machine.times.createdAt,
                    runningSince: machine.phase == .running ? machine.times.startedAt : nil,
                    protectedUntil: task.protectedUntil,
                    containerHealth: machine.health,
                    targetHealth: try Self.verdict(of: task, health)))
        }
        return observed
    }

    /// The worst over the task's target groups.
    private static func verdict(of task: StoredTask, _ health: TargetHealthTable) throws -> ObservedTask.TargetVerdict {
        let assembly = try TaskAssembly.decode(task.body)
        guard !assembly.targets.isEmpty else { return .none }
        var verdict = ObservedTask.TargetVerdict.healthy
        for target in assembly.targets {
            guard let registration = TargetRegistration(target, of: assembly, cluster: task.cluster) else {
                return .pending
            }
            switch health.verdict(of: target.targetGroupARN, id: registration.id, port: registration.port) {
            case .healthy: continue
            case .none, .pending: verdict = .pending
            case .unhealthy(let group, let port, let reason):
                return .unhealthy(targetGroup: group, port: port, reason: reason)
            }
        }
        return verdict
    }
}

/// How a task's container appears in a target group: by address where it has a network of its own, else as the cluster's
/// pseudo-instance with a port of the host.
struct TargetRegistration: Equatable {
    let group: String
    let id: String
    let port: Int

    /// `nil` while the container's port is not known.
    init?(_ target: TaskAssembly.Target, of assembly: TaskAssembly, cluster: String) {
        guard let endpoint = assembly.endpoint(of: target) else { return nil }
        self.group = target.targetGroupARN
        self.port = endpoint.port
        self.id =
            assembly.sandboxSpecification.networkMode == .awsvpc ? endpoint.address : HostInstance.ec2ID(of: cluster)
    }
}

extension TaskAssembly {
    /// Where the task is registered, or is to be, as far as its ports are known.
    var registrations: [TargetRegistration] {
        let cluster = self.sandboxSpecification.labels["com.amazonaws.ecs.cluster"] ?? ""
        return self.targets.compactMap { TargetRegistration($0, of: self, cluster: cluster) }
    }
}
