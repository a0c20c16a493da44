package import Model

/// What a deployment knows of its migration task, from the moment at which it is asked for.
package struct MigrationRun: Hashable, Sendable, Codable {
    package let migration: MigrationTask
    package let requestedAt: Timestamp
    /// The task's ARN; `nil` until RunTask has answered.
    package internal(set) var task: String?
    /// When it counts as failed; `nil` until it has been started.
    package internal(set) var expiresAt: Timestamp?
    /// `nil` while it may still run.
    package internal(set) var endedAt: Timestamp?
    package internal(set) var exitCode: Int?

    init(_ migration: MigrationTask, requestedAt: Timestamp) {
        self.migration = migration
        self.requestedAt = requestedAt
    }
}

/// What is seen of a migration task.
package enum MigrationSighting: Hashable, Sendable {
    case live
    /// - Parameters:
    ///   - exitCode: of the migration's container; `nil` where it never ran or nobody knows.
    ///   - isCutShort: something else than the end of a container has ended the task.
    ///   - reason: why there is no exit code or who has ended it, else the last line of the container's output.
    case stopped(exitCode: Int?, isCutShort: Bool, reason: String?)
    /// There is no such task any more.
    case vanished
}

extension MigrationSighting {
    enum Verdict: Equatable {
        case pending
        case succeeded
        /// A sentence.
        case failed(String, exitCode: Int?)
    }

    func verdict(on migration: MigrationTask) -> Verdict {
        switch self {
        case .live: return .pending
        case .vanished: return .failed("Its task does not exist any more.", exitCode: nil)
        case .stopped(let code, let isCutShort, let reason):
            let detail = reason.map { ": \($0)" } ?? "."
            if isCutShort {
                return .failed(
                    "Its task was stopped before container \(migration.container) had ended\(detail)", exitCode: code)
            }
            guard let code else {
                return .failed("Container \(migration.container) has no exit code\(detail)", exitCode: nil)
            }
            guard code != 0 else { return .succeeded }
            return .failed("Container \(migration.container) exited with code \(code)\(detail)", exitCode: code)
        }
    }
}

/// How long a deployment waits for a migration that it has stopped: `stopTimeout` and some. Real time, never scaled.
enum MigrationLimit {
    static let stop = Duration.minutes(10)
}
