internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

/// A deployment of either engine, as its receipt sees it.
struct DeploymentSight: Sendable {
    let service: ServiceKey
    let subject: DeploymentReceipt.Subject
    let journal: DeploymentJournal
    let look: TrafficLedger.Look
    /// As the service's events call the deployment.
    let eventName: String
    /// What changes when it changes.
    let subjects: Set<ChangeSubject>
}

/// Where one of a service's tasks is registered.
package struct RegisteredTarget: Hashable, Sendable {
    /// `ecs-svc/NNN`.
    package let revision: String
    /// ARN
    package let group: String
    package let id: String
    package let port: Int

    package init(revision: String, group: String, id: String, port: Int) {
        self.revision = revision
        self.group = group
        self.id = id
        self.port = port
    }

    var meter: TrafficMeter { TrafficMeter(group: self.group, target: "\(self.id):\(self.port)") }
}

/// Finds deployments in the store.
struct DeploymentSights: Sendable {
    /// Of the tasks of a service that have not stopped.
    typealias Targets = @Sendable (StoreSnapshot, ServiceKey) throws -> [RegisteredTarget]

    let account: String
    let targets: Targets

    /// `nil` where there is no such deployment.
    func sight(_ id: String, in snapshot: StoreSnapshot) throws -> DeploymentSight? {
        if let stored = try snapshot.codeDeployDeployment(.init(id)) { return try self.sight(stored, in: snapshot) }
        if let stored = try snapshot.serviceDeployment(.init(rawValue: id)) {
            return try self.sight(stored, in: snapshot)
        }
        return nil
    }

    // MARK: Amazon ECS

    private func sight(_ stored: StoredServiceDeployment, in snapshot: StoreSnapshot) throws -> DeploymentSight {
        let machine = stored.machine
        let key = stored.service
        let targets = try self.targets(snapshot, key)
        func revision(_ id: String, _ role: TrafficLedger.Revision.Role) throws -> TrafficLedger.Revision {
            let body = try snapshot.revisionRecord(id).map { try StoredShape.decode(ECS.TaskSet.self, from: $0.body) }
            return .init(
                role: role, id: id, groups: Set((body?.loadBalancers ?? []).compactMap(\.targetGroupArn)),
                targets: Set(targets.filter { $0.revision == id }.map(\.meter)))
        }
        let source = machine.footing.source?.rawValue ?? stored.sources.first
        var revisions = try source.map { [try revision($0, .source)] } ?? []
        revisions.append(try revision(machine.plan.target.rawValue, .target))
        var groups = revisions.reduce(into: Set<String>()) { $0.formUnion($1.groups) }
        if let service = try snapshot.service(key) {
            let body = try StoredShape.decode(ECS.CreateServiceRequest.self, from: service.body)
            for loadBalancer in body.loadBalancers ?? [] {
                groups.formUnion(
                    [loadBalancer.targetGroupArn, loadBalancer.advancedConfiguration?.alternateTargetGroupArn]
                        .compactMap { $0 })
            }
        }
        let scope = Scope(account: self.account, region: key.region)
        return DeploymentSight(
            service: key,
            subject: .init(
                id: machine.id.rawValue,
                arn: scope.arn("ecs", "service-deployment/\(key.cluster)/\(key.name)/\(machine.id.rawValue)")
                    .description,
                engine: .ecs, strategy: machine.plan.strategy.name, cluster: key.cluster, service: key.name,
                status: machine.status.rawValue, statusReason: machine.statusReason,
                isActive: machine.status.isActive, createdAt: machine.createdAt, startedAt: machine.startedAt,
                endedAt: machine.finishedAt ?? machine.stoppedAt),
            journal: machine.journal,
            look: .init(
                groups: groups, revisions: revisions, targetPermille: machine.servedProductionPermille,
                servedSince: machine.journal.servedSince(
                    machine.servedProductionPermille, startedAt: machine.startedAt ?? machine.createdAt),
                draining: try Self.draining(groups, in: snapshot), isOver: !machine.status.isActive),
            eventName: machine.plan.target.rawValue, subjects: [.service(key), .serviceDeployments(of: key)])
    }

    // MARK: CodeDeploy

    private func sight(_ stored: StoredDeployment, in snapshot: StoreSnapshot) throws -> DeploymentSight {
        let machine = stored.machine
        let segments = ARN(stored.route.serviceARN)?.resourceSegments ?? []
        let key = ServiceKey(
            region: stored.scope.region, cluster: segments.count == 3 ? segments[1] : stored.route.cluster,
            name: segments.last ?? stored.route.service)
        let targets = try self.targets(snapshot, key)
        let revisions = machine.taskSets.map { view in
            TrafficLedger.Revision(
                role: view.label == .blue ? .source : .target, id: view.taskSet.id.rawValue,
                groups: [view.taskSet.targetGroup.rawValue],
                targets: Set(targets.filter { $0.revision == view.taskSet.id.rawValue }.map(\.meter)))
        }
        let groups = Set(stored.route.targetGroupNames.keys)
        let permille = machine.servedPercent * 10
        return DeploymentSight(
            service: key,
            subject: .init(
                id: machine.id.rawValue, arn: nil, engine: .codeDeploy, strategy: machine.strategyName,
                cluster: key.cluster, service: key.name, status: machine.status.rawValue,
                statusReason: machine.errorInformation?.message, isActive: machine.status.isActive,
                createdAt: machine.createTime, startedAt: machine.startTime, endedAt: machine.completeTime),
            journal: machine.journal,
            look: .init(
                groups: groups, revisions: revisions, targetPermille: permille,
                servedSince: machine.journal.servedSince(permille, startedAt: machine.startTime ?? machine.createTime),
                draining: try Self.draining(groups, in: snapshot), isOver: !machine.status.isActive),
            eventName: machine.id.rawValue, subjects: [.service(key), .codeDeployDeployment(machine.id)])
    }

    private static func draining(_ groups: Set<String>, in snapshot: StoreSnapshot) throws -> Set<TrafficMeter> {
        var meters: Set<TrafficMeter> = []
        for group in groups {
            for target in try snapshot.targets(targetGroupARN: group) where target.drainingUntil != nil {
                meters.insert(TrafficMeter(group: group, target: "\(target.id):\(target.port)"))
            }
        }
        return meters
    }
}
