package import Model

/// A line that the platform, not the function, writes to the function's log (Lambda's text format).
package enum PlatformLine: Equatable, Sendable {
    /// The environment's first process is about to start.
    case initStart
    case initReport(duration: Duration, status: FailureStatus)
    case start(requestID: String, version: String)
    /// Explains a failure between START and END.
    case failure(FunctionFailure, requestID: String, at: Timestamp)
    case end(requestID: String)
    case report(Report)

    package struct Report: Equatable, Sendable {
        package let requestID: String
        package let duration: Duration
        /// Of a cold start only.
        package let initDuration: Duration?
        package let status: FailureStatus?
    }

    package enum FailureStatus: Equatable, Sendable {
        case timeout
        case error(type: String)

        var text: String {
            switch self {
            case .timeout: "Status: timeout"
            case .error(let type): "Status: error\tError Type: \(type)"
            }
        }
    }

    /// What only the driver knows.
    struct Surroundings {
        /// `python:3.11.7`.
        let runtimeVersion: String
        let runtimeARN: String
        let memoryMB: Int
        let peakMemoryMB: Int
    }

    /// Without its line break.
    func text(_ surroundings: Surroundings) -> String {
        switch self {
        case .initStart:
            return
                "INIT_START Runtime Version: \(surroundings.runtimeVersion)\tRuntime Version ARN: \(surroundings.runtimeARN)"
        case .initReport(let duration, let status):
            return "INIT_REPORT Init Duration: \(duration.millisecondsWithHundredths) ms\tPhase: init\t\(status.text)"
        case .start(let requestID, let version):
            return "START RequestId: \(requestID) Version: \(version)"
        case .failure(.timedOut(let limit), let requestID, let time):
            return "\(time.iso8601) \(requestID) Task timed out after \(limit.secondsWithHundredths) seconds"
        case .failure(let failure, let requestID, _):
            return failure.message(requestID: requestID) + "\r" + failure.errorType
        case .end(let requestID):
            return "END RequestId: \(requestID)"
        case .report(let report):
            let billed = report.duration.milliseconds + (report.initDuration?.milliseconds ?? 0)
            var text =
                "REPORT RequestId: \(report.requestID)\tDuration: \(report.duration.millisecondsWithHundredths) ms"
            text += "\tBilled Duration: \(billed) ms\tMemory Size: \(surroundings.memoryMB) MB"
            text += "\tMax Memory Used: \(surroundings.peakMemoryMB) MB\t"
            if let initDuration = report.initDuration {
                text += "Init Duration: \(initDuration.millisecondsWithHundredths) ms\t"
            }
            if let status = report.status { text += status.text }
            return text
        }
    }
}
