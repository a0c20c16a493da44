internal import DeploymentEngine
internal import WireProtocol

extension CodeDeployDeployment.CommandFailure {
    /// What the SDKs retry too, although AWS sends it with status 400.
    private static let transientCodes: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
        "EC2ThrottledException", "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded",
        "ProvisionedThroughputExceededException", "SlowDown", "PriorRequestNotComplete",
        "TransactionInProgressException",
        "ServiceUnavailable", "ServiceUnavailableException", "RequestTimeout", "RequestTimeoutException",
        "UpdateInProgressException",
        // A function that is being made or changed (Lambda, "function states"): it can be invoked in a moment.
        "ResourceConflictException",
    ]
    private static let accessCodes: Set<String> = [
        "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnrecognizedClientException",
        "NotAuthorized",
        "InvalidClientTokenId",
    ]

    /// What an error of a called service means for the command.
    init(_ error: any Error) {
        guard let error = error as? AWSError else {
            self = .transient(reason: "\(error)")
            return
        }
        if Self.accessCodes.contains(error.code) {
            self = .accessDenied(reason: error.message)
        } else if error.status >= 500 || error.status == 429 || Self.transientCodes.contains(error.code) {
            self = .transient(reason: error.description)
        } else {
            self = .rejected(reason: error.message)
        }
    }
}

/// A command's failure on its way out of the executor.
struct CommandRefusal: Error {
    let failure: CodeDeployDeployment.CommandFailure

    init(_ failure: CodeDeployDeployment.CommandFailure) { self.failure = failure }

    static func rejected(_ reason: String, _ code: CodeDeployDeployment.ErrorCode? = nil) -> CommandRefusal {
        CommandRefusal(.rejected(reason: reason, code: code))
    }

    /// ELASTIC_LOAD_BALANCING_INVALID, in CodeDeploy's own wording.
    static func loadBalancer(_ reason: String) -> CommandRefusal {
        .rejected("The ELB could not be updated due to the following error: \(reason)", .elasticLoadBalancingInvalid)
    }

    static func notYet(_ reason: String) -> CommandRefusal { CommandRefusal(.notYet(reason: reason)) }
}
