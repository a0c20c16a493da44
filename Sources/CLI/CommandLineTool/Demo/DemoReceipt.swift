internal import CodeDeployAPI
internal import Model

/// What the demo's load saw, and what the server's receipts of the deployments say.
struct DemoReceipt {
    let last: DeploymentWatch.View
    let totals: LoadCounters.Totals
    let deployments: [DeploymentReceiptPage]
    let expectsRollback: Bool

    /// No request failed, and the deployment (or the rollback that the viewer asked for) succeeded.
    var isClean: Bool {
        self.totals.failed == 0 && self.deployments.allSatisfy(\.isClean) && self.last.status == .succeeded
            && self.expectsRollback == (self.last.creator == .codeDeployRollback)
    }

    var lines: [String] {
        let versions = self.totals.answered.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(
            separator: ", ")
        var lines = [
            "",
            "What the clients saw",
            "  Requests           \(self.totals.total) (\(versions))",
            "  Failed             \(self.totals.failed)",
            "  5xx by origin      load balancer \(self.totals.loadBalancerErrors), targets \(self.totals.targetErrors)",
            "  No answer          \(self.totals.connectionErrors)",
        ]
        if let failure = self.totals.firstFailure { lines.append("  First failure      \(failure)") }
        for deployment in self.deployments { lines += ["", deployment.text] }
        lines.append("")
        lines.append(self.isClean ? "Not one request was lost." : "The demo did not end as it should.")
        return lines
    }
}
