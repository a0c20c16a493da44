internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension StoreTransaction {
    /// A new service revision, PRIMARY at once but without tasks, and the deployment that brings it. A deployment that is under
    /// way gives way to it.
    func deploy(_ taskSet: ECS.TaskSet, to service: StoredService, timeScale: TimeScale, at now: Timestamp) throws {
        let key = service.key
        try self.forgetDeployments(of: key, createdBefore: now - DeploymentHistory.length)
        let body = try StoredShape.decode(ECS.CreateServiceRequest.self, from: service.body)
        let existing = try self.revisions(of: key)
        // What an earlier version of the schema has kept no record of.
        for revision in existing where try self.revisionRecord(revision.id) == nil { try self.keepRecord(of: revision) }
        let target = StoredRevisionRecord(
            id: "ecs-svc/" + Identifiers.decimal19(), service: key, createdAt: now, body: StoredShape.encode(taskSet))
        try self.save(target)
        try self.reassign(key, at: now) { $0.deploy(.init(rawValue: target.id)) }
        let plan = ServiceDeployment.Plan(
            target: target.id, body.deploymentConfiguration, loadBalancers: body.loadBalancers ?? [],
            migration: try self.migration(of: taskSet.taskDefinition), timeScale: timeScale)
        try self.supersedeDeployments(of: key, at: now)
        let deployment = ServiceDeployment(
            id: .init(rawValue: Self.newDeploymentID()), plan: plan, createdAt: now)
        try self.insert(
            StoredServiceDeployment(
                machine: deployment, service: key,
                sources: existing.filter { $0.role != .draining && $0.scale > 0 }.map(\.id),
                body: StoredShape.encode(body.deploymentConfiguration ?? ECS.DeploymentConfiguration())))
    }

    /// 21 characters. The first is no hyphen: commands would take the id for an option.
    private static func newDeploymentID() -> String { Identifiers.upperAlphanumeric(1) + Identifiers.base64URL(20) }

    /// Those under way end where they are.
    func supersedeDeployments(of key: ServiceKey, at now: Timestamp) throws {
        for stored in try self.activeServiceDeployments(of: key) {
            var machine = stored.machine
            let step = machine.superseded(at: now)
            try self.save(machine)
            try self.note(step.notices, of: machine, in: key, at: now)
        }
    }
}

/// Service deployments and revisions stay describable for so long (ListServiceDeployments).
enum DeploymentHistory {
    static let length = Duration.hours(24 * 90)
}
