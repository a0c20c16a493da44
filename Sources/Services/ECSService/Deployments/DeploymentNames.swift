internal import DeploymentEngine
internal import Model
internal import Store

extension Scope {
    func serviceDeploymentARN(_ id: ServiceDeployment.ID, of key: ServiceKey) -> String {
        self.arn("ecs", "service-deployment/\(key.cluster)/\(key.name)/\(id.rawValue)").description
    }

    /// Of `ecs-svc/NNN`.
    func serviceRevisionARN(_ id: String, of key: ServiceKey) -> String {
        self.arn("ecs", "service-revision/\(key.cluster)/\(key.name)/\(id.split(separator: "/").last ?? "")")
            .description
    }
}

extension ServiceDeployment.RevisionID {
    /// Out of a service revision's ARN.
    init?(arn text: String) {
        guard let segments = ARN(text)?.resourceSegments, segments.count == 4, segments[0] == "service-revision" else {
            return nil
        }
        self.init(rawValue: "ecs-svc/\(segments[3])")
    }
}

extension ServiceDeployment.ID {
    /// Out of a service deployment's ARN.
    init?(arn text: String) {
        guard let segments = ARN(text)?.resourceSegments, segments.count == 4, segments[0] == "service-deployment"
        else {
            return nil
        }
        self.init(rawValue: segments[3])
    }
}
