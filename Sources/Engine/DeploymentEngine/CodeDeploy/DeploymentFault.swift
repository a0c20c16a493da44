/// Why a deployment did not succeed: what it ends as, and what `errorInformation` says about it.
enum DeploymentFault: Hashable, Sendable, Codable {
    typealias ErrorInformation = CodeDeployDeployment.ErrorInformation
    typealias RollbackEvent = CodeDeployDeployment.RollbackEvent

    case hookFailed
    case hookSilent
    case installTimedOut
    /// Its container said no, or never could say anything: a sentence.
    case migrationFailed(String)
    case migrationTimedOut(container: String)
    /// Green lost its steady state for longer than a shift puts up with.
    case replacementUnsteady
    /// Blue, which a rollback is to give the traffic to, has no healthy target.
    case originalUnhealthy
    case originalVanished(CodeDeployDeployment.TaskSetID)
    case replacementVanished(CodeDeployDeployment.TaskSetID)
    /// A command was refused, or did not succeed in time.
    case commandFailed(ErrorInformation)
    case readyWaitOver(minutes: Int)
    case stopRequested
    case alarmsActivated([String])
    /// Nobody could tell whether alarms ring.
    case alarmsUnavailable(String)
    case alarmsDenied(roleARN: String)

    var status: CodeDeployDeployment.Status {
        switch self {
        case .hookFailed, .hookSilent, .installTimedOut, .replacementUnsteady, .originalUnhealthy, .originalVanished,
            .replacementVanished, .commandFailed, .migrationFailed, .migrationTimedOut:
            .failed
        case .readyWaitOver, .stopRequested, .alarmsActivated, .alarmsUnavailable, .alarmsDenied:
            .stopped
        }
    }

    /// Which event of `autoRollbackConfiguration` it is.
    var rollbackEvent: RollbackEvent {
        switch self {
        case .hookFailed, .hookSilent, .installTimedOut, .replacementUnsteady, .originalUnhealthy, .originalVanished,
            .replacementVanished, .commandFailed, .readyWaitOver, .migrationFailed, .migrationTimedOut:
            .deploymentFailure
        case .stopRequested: .stopOnRequest
        case .alarmsActivated, .alarmsUnavailable, .alarmsDenied: .stopOnAlarm
        }
    }

    var diagnosticsCode: LifecycleEventRecord.Diagnostics.Code {
        switch self {
        case .hookFailed, .migrationFailed: .scriptFailed
        case .hookSilent, .migrationTimedOut: .scriptTimedOut
        case .commandFailed(let information):
            information.code == .invalidLambdaFunction ? .scriptMissing : .unknownError
        case .installTimedOut, .replacementUnsteady, .originalUnhealthy, .originalVanished, .replacementVanished,
            .readyWaitOver, .stopRequested, .alarmsActivated, .alarmsUnavailable, .alarmsDenied:
            .unknownError
        }
    }

    var errorInformation: ErrorInformation {
        switch self {
        case .hookFailed:
            ErrorInformation(
                code: .hookExecutionFailure,
                message: "The deployment failed because one or more of the lifecycle event validation functions failed."
            )
        case .hookSilent:
            ErrorInformation(
                code: .hookExecutionFailure,
                message: "The deployment timed out while waiting for a status callback. CodeDeploy expects a status "
                    + "callback within one hour after a deployment hook is invoked.")
        case .migrationFailed(let detail):
            ErrorInformation(
                code: .hookExecutionFailure,
                message: "The deployment failed because the migration task failed. \(detail)")
        case .migrationTimedOut(let container):
            ErrorInformation(
                code: .timeout,
                message:
                    "The deployment timed out while waiting for the migration task: container \(container) had not "
                    + "ended.")
        case .installTimedOut:
            ErrorInformation(
                code: .timeout,
                message: "The deployment timed out while waiting for the replacement task set to become healthy. This "
                    + "time out period is 60 minutes.")
        case .replacementUnsteady:
            ErrorInformation(
                code: .ecsUpdateError,
                message: "The deployment failed because the replacement task set did not return to a steady state "
                    + "within 5 minutes while traffic was being shifted.")
        case .originalUnhealthy:
            ErrorInformation(
                code: .timeout,
                message: "The deployment timed out while waiting for the original task set to become healthy. This "
                    + "time out period is 60 minutes.")
        case .originalVanished(let id):
            ErrorInformation(
                code: .ecsUpdateError,
                message: "The deployment failed because the original task set \(id) no longer exists.")
        case .replacementVanished(let id):
            ErrorInformation(
                code: .ecsUpdateError,
                message: "The deployment failed because the replacement task set \(id) no longer exists.")
        case .commandFailed(let information):
            information
        case .readyWaitOver(let minutes):
            ErrorInformation(
                code: .timeout,
                message: "The deployment timed out while waiting for a notification to continue. This time out period "
                    + "is \(minutes) minutes.")
        case .stopRequested:
            ErrorInformation(code: .manualStop, message: "The deployment was stopped by a StopDeployment request.")
        case .alarmsActivated(let names):
            ErrorInformation(
                code: .alarmActive,
                message:
                    "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, "
                    + "and the affected deployments have been stopped. Activated alarms: "
                    + names.map { "<\($0)>" }.joined(separator: " "))
        case .alarmsUnavailable(let reason):
            ErrorInformation(
                code: .internalError,
                message: "The deployment was stopped because the state of its alarms could not be retrieved from "
                    + "Amazon CloudWatch: \(reason)")
        case .alarmsDenied(let roleARN):
            .denied(roleARN, service: "AmazonCloudWatch")
        }
    }
}

extension DeploymentFault {
    /// A command that was refused.
    static func refused(
        _ action: CodeDeployDeployment.Action, _ failure: CodeDeployDeployment.CommandFailure, roleARN: String
    ) -> DeploymentFault {
        switch failure {
        case .accessDenied:
            .commandFailed(.denied(roleARN, service: action.serviceName))
        case .rejected(let reason, .some(let code)):
            .commandFailed(ErrorInformation(code: code, message: reason))
        case .rejected(let reason, .none), .notYet(let reason), .transient(let reason):
            .commandFailed(action.error(reason))
        }
    }

    /// A command that did not succeed before its deadline.
    static func expired(_ action: CodeDeployDeployment.Action, complaint: String?) -> DeploymentFault {
        .commandFailed(action.error(complaint ?? "no answer within the time limit"))
    }
}

extension CodeDeployDeployment.ErrorInformation {
    fileprivate static func denied(_ roleARN: String, service: String) -> Self {
        Self(
            code: .iamRolePermissions,
            message: "The IAM role \(roleARN) does not give you permission to perform operations in the following "
                + "AWS service: \(service).")
    }
}

extension CodeDeployDeployment.Action {
    fileprivate var serviceName: String {
        switch self {
        case .inspectService, .startMigration, .stopMigration, .createTaskSet, .updatePrimaryTaskSet, .deleteTaskSet:
            "AmazonECS"
        case .setProductionTraffic, .setTestTraffic: "AmazonElasticLoadBalancing"
        case .invokeHook: "AWSLambda"
        }
    }

    fileprivate func error(_ reason: String) -> CodeDeployDeployment.ErrorInformation {
        switch self {
        case .inspectService:
            .init(code: .invalidECSService, message: "The ECS service is not valid: \(reason)")
        case .startMigration, .stopMigration:
            .init(code: .hookExecutionFailure, message: "The migration task could not be run: \(reason)")
        case .createTaskSet, .updatePrimaryTaskSet, .deleteTaskSet:
            .init(
                code: .ecsUpdateError,
                message: "The ECS service could not be updated due to the following error: \(reason)")
        case .setProductionTraffic, .setTestTraffic:
            .init(
                code: .elasticLoadBalancingInvalid,
                message: "The ELB could not be updated due to the following error: \(reason)")
        case .invokeHook(let hook):
            .init(
                code: .invalidLambdaFunction,
                message:
                    "The Lambda function \(hook.function) for the lifecycle event \(hook.event.rawValue) could not "
                    + "be invoked: \(reason)")
        }
    }
}
