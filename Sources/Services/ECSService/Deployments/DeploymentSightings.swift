internal import DeploymentEngine
internal import Model
internal import Store

extension StoreSnapshot {
    func footing(of deployment: StoredServiceDeployment) throws -> ServiceDeployment.Footing {
        RevisionRoster(try self.revisions(of: deployment.service)).footing(
            of: deployment.machine.plan.target,
            good: try self.lastServiceDeployment(of: deployment.service, status: .successful)?.machine.plan.target)
    }

    /// How every revision of the service is, by id.
    func sightings(
        for deployment: StoredServiceDeployment
    ) throws -> [ServiceDeployment.RevisionID: ServiceDeployment.RevisionSighting] {
        guard let service = try self.service(deployment.service) else { return [:] }
        var tasks: [ServiceDeployment.RevisionID: TaskCounts] = [:]
        for task in try self.openTasks(of: deployment.service) {
            guard let revision = task.revision else { continue }
            tasks[.init(rawValue: revision), default: TaskCounts()].add(task.machine.phase)
        }
        return RevisionRoster(try self.revisions(of: deployment.service)).sightings(
            desiredCount: service.desiredCount, tasks: tasks)
    }
}
