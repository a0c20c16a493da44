/// One hook function's run: invoked, then silent until somebody reports on its execution.
struct HookExecution: Equatable, Sendable, Codable {
    enum State: Equatable, Sendable, Codable {
        /// The report may come already: the function can be faster than the answer to its invocation.
        case invoking(CodeDeployDeployment.PendingCommand)
        /// The invocation was taken. Left by the report, or when the timer fires an hour later.
        case awaitingReport(until: CodeDeployDeployment.Timer)
    }

    let hook: CodeDeployDeployment.Hook
    var state: State
}
