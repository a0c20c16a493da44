internal import Model
internal import WorkloadRuntime

/// What every container gets besides its own environment: the way back to this server's API.
package struct TaskEnvironment: Sendable {
    private let endpoint: @Sendable () -> String?

    /// - Parameter endpoint: the API's base URL as containers reach it; `nil` before it is known.
    package init(endpoint: @escaping @Sendable () -> String?) { self.endpoint = endpoint }

    func variables(in scope: Scope) -> [ContainerSpecification.EnvironmentVariable] {
        var variables: [ContainerSpecification.EnvironmentVariable] = [
            .init("AWS_REGION", scope.region), .init("AWS_DEFAULT_REGION", scope.region),
        ]
        if let endpoint = self.endpoint() { variables.append(.init("AWS_ENDPOINT_URL", endpoint)) }
        return variables
    }
}
