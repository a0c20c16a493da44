/// What is known of a target's health (ELBv2 DescribeTargetHealth, TargetHealth).
package enum TargetHealth: Hashable, Sendable, Codable {
    /// Just registered; the first probe has not started.
    case registering
    /// Probed, without a verdict yet.
    case checking
    case healthy
    case unhealthy(HealthFailure)
    /// The group is in no action of any listener, so nothing probes it.
    case notInUse
    /// Deregistered; the delay is running.
    case draining

    /// The wire value of `State`.
    package var state: String {
        switch self {
        case .registering, .checking: "initial"
        case .healthy: "healthy"
        case .unhealthy: "unhealthy"
        case .notInUse: "unused"
        case .draining: "draining"
        }
    }

    /// The wire value of `Reason`.
    package var reason: String? {
        switch self {
        case .registering: "Elb.RegistrationInProgress"
        case .checking: "Elb.InitialHealthChecking"
        case .healthy: nil
        case .unhealthy(let failure): failure.reason
        case .notInUse: "Target.NotInUse"
        case .draining: "Target.DeregistrationInProgress"
        }
    }

    /// The wire value of `Description`.
    package var description: String? {
        switch self {
        case .registering: "Target registration is in progress"
        case .checking: "Initial health checks in progress"
        case .healthy: nil
        case .unhealthy(let failure): failure.description
        case .notInUse: "Target group is not configured to receive traffic from the load balancer"
        case .draining: "Target deregistration is in progress"
        }
    }
}

/// Why a probe failed.
package enum HealthFailure: Hashable, Sendable, Codable {
    case codeMismatch(Int)
    case timeout
    /// Refused, reset, or answered with something that is not HTTP.
    case connectionFailed
    case internalError

    package var reason: String {
        switch self {
        case .codeMismatch: "Target.ResponseCodeMismatch"
        case .timeout: "Target.Timeout"
        case .connectionFailed: "Target.FailedHealthChecks"
        case .internalError: "Elb.InternalError"
        }
    }

    package var description: String {
        switch self {
        case .codeMismatch(let code): "Health checks failed with these codes: [\(code)]"
        case .timeout: "Request timed out"
        case .connectionFailed: "Health checks failed"
        case .internalError: "Health checks failed due to an internal error"
        }
    }
}
