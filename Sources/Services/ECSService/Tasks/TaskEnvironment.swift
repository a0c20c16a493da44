internal import Model
internal import WorkloadRuntime

/// What every container gets besides its own environment: the way back to this server's API.
package struct TaskEnvironment: Sendable {
    private let endpoint: @Sendable () -> String?

    /// - Parameter endpoint: the API's base URL as containers reach it; `nil` before it is known.
    package init(endpoint: @escaping @Sendable () -> String?) { self.endpoint = endpoint }

    func variables(
        in scope: Scope, launchType: String?, page: TaskPageAddress, role: TaskAssembly.RoleAccess?
    ) -> [ContainerSpecification.EnvironmentVariable] {
        var variables: [ContainerSpecification.EnvironmentVariable] = [
            .init("AWS_REGION", scope.region), .init("AWS_DEFAULT_REGION", scope.region),
            .init("AWS_EXECUTION_ENV", launchType == "FARGATE" ? "AWS_ECS_FARGATE" : "AWS_ECS_EC2"),
        ]
        guard let endpoint = self.endpoint() else { return variables }
        variables.append(.init("AWS_ENDPOINT_URL", endpoint))
        variables.append(.init("ECS_CONTAINER_METADATA_URI_V4", endpoint + page.metadataPath))
        variables.append(.init("ECS_AGENT_URI", endpoint + page.agentPath))
        guard let role else { return variables }
        variables.append(.init("AWS_CONTAINER_CREDENTIALS_FULL_URI", endpoint + page.credentialsPath))
        variables.append(.init("AWS_CONTAINER_AUTHORIZATION_TOKEN", page.authorization))
        switch role.delivery {
        case .page:
            // A process shares the host's files: SDKs would prefer the credentials of whoever works on this machine.
            variables.append(.init("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"))
            variables.append(.init("AWS_CONFIG_FILE", "/dev/null"))
        case .environment: break
        }
        return variables
    }

    /// SDKs fetch credentials over plain HTTP from loopback only. Elsewhere they are put into the environment at the start.
    var roleDelivery: TaskAssembly.RoleAccess.Delivery {
        guard let endpoint = self.endpoint() else { return .environment }
        let isTrusted = ["https://", "http://127.", "http://localhost", "http://[::1]"].contains {
            endpoint.hasPrefix($0)
        }
        return isTrusted ? .page : .environment
    }
}
