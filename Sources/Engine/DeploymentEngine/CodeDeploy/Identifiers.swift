extension CodeDeployDeployment {
    /// `d-` and nine upper-case letters and digits.
    package struct ID: Hashable, Sendable, Codable, RawRepresentable, CustomStringConvertible {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }
        package init(_ rawValue: String) { self.rawValue = rawValue }

        package var description: String { self.rawValue }
    }

    /// The id of an ECS task set: `ecs-svc/` and 19 digits.
    package struct TaskSetID: Hashable, Sendable, Codable, RawRepresentable, CustomStringConvertible {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }
        package init(_ rawValue: String) { self.rawValue = rawValue }

        package var description: String { self.rawValue }
    }

    /// The ARN of one target group of the deployment group's pair.
    package struct TargetGroupID: Hashable, Sendable, Codable, RawRepresentable, CustomStringConvertible {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }
        package init(_ rawValue: String) { self.rawValue = rawValue }

        package var description: String { self.rawValue }
    }

    /// The `LifecycleEventHookExecutionId` that a hook function gets and answers with.
    package struct HookExecutionID: Hashable, Sendable, Codable, RawRepresentable, CustomStringConvertible {
        package let rawValue: String

        package init(rawValue: String) { self.rawValue = rawValue }
        package init(_ rawValue: String) { self.rawValue = rawValue }

        package var description: String { self.rawValue }
    }
}
