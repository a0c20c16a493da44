extension CodeDeployDeployment {
    /// `errorInformation.code`, as far as an ECS deployment ends with it. The raw value is the wire's.
    package enum ErrorCode: String, Hashable, Sendable, Codable {
        case alarmActive = "ALARM_ACTIVE"
        case ecsUpdateError = "ECS_UPDATE_ERROR"
        case elasticLoadBalancingInvalid = "ELASTIC_LOAD_BALANCING_INVALID"
        case hookExecutionFailure = "HOOK_EXECUTION_FAILURE"
        case iamRolePermissions = "IAM_ROLE_PERMISSIONS"
        case internalError = "INTERNAL_ERROR"
        case invalidECSService = "INVALID_ECS_SERVICE"
        case invalidLambdaFunction = "INVALID_LAMBDA_FUNCTION"
        case invalidRevision = "INVALID_REVISION"
        case manualStop = "MANUAL_STOP"
        case timeout = "TIMEOUT"
    }

    /// `deploymentInfo.errorInformation`.
    package struct ErrorInformation: Hashable, Sendable, Codable {
        package let code: ErrorCode
        package let message: String

        package init(code: ErrorCode, message: String) {
            self.code = code
            self.message = message
        }
    }
}
