internal import ECSAPI

/// What a container asks of its network, as far as the network mode allows it.
extension TaskDefinitionRules {
    func checkNetwork(of container: ECS.ContainerDefinition) throws {
        guard self.networkMode == .awsvpc else { return }
        if container.hostname?.isEmpty == false {
            throw ECS.Errors.clientException("hostname is not supported on container when networkMode=awsvpc.")
        }
        if container.extraHosts?.isEmpty == false {
            throw ECS.Errors.clientException("Extra hosts are not supported when networkMode=awsvpc.")
        }
        if container.links?.isEmpty == false {
            throw ECS.Errors.clientException("Links are not supported when networkMode=awsvpc.")
        }
    }
}
