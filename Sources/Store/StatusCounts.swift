internal import GRDB

/// How many of a thing are in each status, for metrics.
extension StoreSnapshot {
    /// By wire name: `Succeeded`, `InProgress`.
    package func codeDeployDeploymentCounts() throws -> [String: Int] {
        try self.counts("SELECT status, COUNT(*) FROM codedeploy_deployments GROUP BY status")
    }

    /// Tasks that have not stopped, by `lastStatus`.
    package func liveTaskCounts() throws -> [String: Int] {
        try self.counts(
            "SELECT last_status, COUNT(*) FROM ecs_tasks WHERE last_status <> 'STOPPED' GROUP BY last_status")
    }

    private func counts(_ sql: String) throws -> [String: Int] {
        let rows = try Row.fetchAll(self.database, sql: sql)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
    }
}
