internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// By default tasks that are to run; every filter narrows the list.
    func listTasks(_ input: ECS.ListTasks.Input, _ context: RequestContext) async throws -> ECS.ListTasks.Output {
        let scope = context.scope
        let cluster = ECSNames.cluster(input.cluster)
        let service = input.serviceName.map { ECSNames.service($0, cluster: cluster, in: scope) }
        let instance = HostInstance(cluster: cluster, scope: scope)
        if let wanted = input.containerInstance, !instance.isNamed(by: wanted) {
            throw ECS.Errors.invalidParameterException("The referenced container instance was not found: \(wanted)")
        }
        guard input.daemonName == nil else {
            throw ECS.Errors.invalidParameterException("daemonName is not supported by Teal")
        }
        let tasks = try await self.store.read { snapshot in
            _ = try snapshot.requireCluster(cluster, in: scope)
            if let service, try snapshot.service(service) == nil {
                throw ECS.Errors.serviceNotFoundException("Service not found.")
            }
            return try snapshot.tasks(
                cluster: cluster, region: scope.region, desiredStatus: input.desiredStatus?.rawValue ?? "RUNNING")
        }
        let matching = try tasks.filter { task in
            guard service == nil || task.service == service?.name, input.family == nil || task.family == input.family,
                input.startedBy == nil || task.startedBy == input.startedBy
            else { return false }
            guard input.launchType != nil || input.containerInstance != nil else { return true }
            let assembly = try TaskAssembly.decode(task.body)
            return (input.launchType == nil || assembly.launchType == input.launchType?.rawValue)
                && (input.containerInstance == nil || assembly.isOnInstance)
        }
        let page = try ListPage(
            matching.map { scope.taskARN($0.id, cluster: cluster) }, maxResults: input.maxResults,
            nextToken: input.nextToken)
        return .init(taskArns: page.elements, nextToken: page.nextToken)
    }
}
