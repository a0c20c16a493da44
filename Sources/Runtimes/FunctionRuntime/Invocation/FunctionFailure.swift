internal import Model

/// The failures of a function that its own runtime cannot report, with Lambda's wording.
package enum FunctionFailure: Equatable, Sendable {
    case timedOut(limit: Duration)
    case exited(ProcessEnd)
    case responseTooLarge
    /// The program that runs the function could not be started.
    case notStarted(String)

    /// Bytes of a response that Lambda still takes.
    package static let maximumResponseSize = 6_291_556

    /// As in REPORT's `Error Type`.
    package var errorType: String {
        switch self {
        case .timedOut: "Sandbox.Timedout"
        case .exited: "Runtime.ExitError"
        case .responseTooLarge: "Function.ResponseSizeTooLarge"
        case .notStarted: "Runtime.InvalidEntrypoint"
        }
    }

    package func message(requestID: String) -> String {
        switch self {
        case .timedOut(let limit):
            "RequestId: \(requestID) Error: Task timed out after \(limit.secondsWithHundredths) seconds"
        case .exited(let end): "RequestId: \(requestID) Error: \(end.description)"
        case .responseTooLarge:
            "Response payload size exceeded maximum allowed payload size (\(Self.maximumResponseSize) bytes)."
        case .notStarted(let reason): "RequestId: \(requestID) Error: \(reason)"
        }
    }

    package func payload(requestID: String) -> [UInt8] {
        JSONValue.object([
            .init("errorType", .string(self.errorType)),
            .init("errorMessage", .string(self.message(requestID: requestID))),
        ]).serialized
    }
}

/// How a function's process ended by itself.
package enum ProcessEnd: Equatable, Sendable, CustomStringConvertible {
    case exited(status: Int)
    case killed(signal: Int)

    package var description: String {
        switch self {
        case .exited(status: 0): "Runtime exited without providing a reason"
        case .exited(let status): "Runtime exited with error: exit status \(status)"
        case .killed(let signal): "Runtime exited with error: signal: \(Self.names[signal] ?? "\(signal)")"
        }
    }

    private static let names = [
        1: "hangup", 2: "interrupt", 3: "quit", 4: "illegal instruction", 6: "aborted", 7: "bus error",
        8: "floating point exception", 9: "killed", 11: "segmentation fault", 13: "broken pipe", 15: "terminated",
    ]
}

extension Duration {
    /// `3.00`, cut after hundredths.
    package var secondsWithHundredths: String {
        Self.decimal(hundredths: self.milliseconds / 10)
    }

    /// `79.00`: milliseconds with two places, as REPORT lines have them.
    var millisecondsWithHundredths: String {
        Self.decimal(hundredths: self.milliseconds * 100)
    }

    private static func decimal(hundredths: Int64) -> String {
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
