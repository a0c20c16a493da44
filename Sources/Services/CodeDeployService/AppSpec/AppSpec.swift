package import DeploymentEngine

/// What an AppSpec file for an ECS service says.
package struct AppSpec: Equatable, Sendable {
    package struct HookFunction: Equatable, Sendable {
        package let event: LifecycleEventName
        /// Name, `name:qualifier`, partial or full ARN, as written.
        package let function: String
    }

    package let replacement: CodeDeployDeployment.ReplacementParameters
    /// In the order of the deployment's events.
    package let hooks: [HookFunction]
}

/// Why a text is no AppSpec for an ECS service. The message names the member.
package struct AppSpecError: Error, Equatable, Sendable, CustomStringConvertible {
    package let message: String

    package init(_ message: String) { self.message = message }

    package var description: String { self.message }
}
