internal import WireProtocol

/// Errors of the service that its model does not list, or that several operations word alike.
extension AWSError {
    /// Shape, range and combination failures; the code is not in the model.
    static func validation(_ message: String) -> AWSError { AWSError(code: "ValidationError", message: message) }

    static func invalidConfiguration(_ message: String) -> AWSError {
        AWSError(code: "InvalidConfigurationRequest", message: message)
    }

    static func invalidAction(_ message: String) -> AWSError {
        AWSError(code: "InvalidLoadBalancerAction", message: message)
    }

    static func loadBalancerNotFound(_ arn: String) -> AWSError {
        AWSError(code: "LoadBalancerNotFound", message: "Load balancer '\(arn)' not found")
    }

    static func targetGroupNotFound(_ arn: String) -> AWSError {
        AWSError(code: "TargetGroupNotFound", message: "Target group '\(arn)' not found")
    }

    static let targetGroupsNotFound = AWSError(
        code: "TargetGroupNotFound", message: "One or more target groups not found")
    static let listenersNotFound = AWSError(code: "ListenerNotFound", message: "One or more listeners not found")
    static let rulesNotFound = AWSError(code: "RuleNotFound", message: "One or more rules not found")
}
