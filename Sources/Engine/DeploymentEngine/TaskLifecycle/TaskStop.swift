/// Why a task stops: `stopCode` and `stoppedReason` of the API.
package struct TaskStop: Hashable, Sendable, Codable {
    package enum Code: String, Sendable, Codable, CaseIterable {
        case taskFailedToStart = "TaskFailedToStart"
        case essentialContainerExited = "EssentialContainerExited"
        case userInitiated = "UserInitiated"
        case serviceSchedulerInitiated = "ServiceSchedulerInitiated"
    }

    package let code: Code
    package let reason: String

    package init(_ code: Code, reason: String) {
        self.code = code
        self.reason = reason
    }

    static let essentialContainerExited = TaskStop(
        .essentialContainerExited, reason: "Essential container in task exited")

    static let dependencyNeverMet = TaskStop(.taskFailedToStart, reason: "Task failed to start")
}
