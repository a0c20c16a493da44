/// Where a container finds its own pages. The path holds a secret of the task, so that no other one can guess it.
struct TaskPageAddress {
    let taskID: String
    let secret: String
    let container: String

    var metadataPath: String { "\(TaskPages.prefix)\(self.taskID)/\(self.secret)/v4/\(self.container)" }
    /// The task's agent: scale-in protection.
    var agentPath: String { "\(TaskPages.prefix)\(self.taskID)/\(self.secret)/agent" }
    var credentialsPath: String { "\(TaskPages.prefix)\(self.taskID)/\(self.secret)/credentials" }
    /// What a client sends as `Authorization` for credentials, besides knowing the path.
    var authorization: String { String(self.secret.reversed()) }
}
