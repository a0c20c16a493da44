internal import CodeDeployAPI
internal import Model

/// What the demo's load saw, in the end.
struct DemoReceipt {
    let story: DemoStory
    let last: DeploymentWatch.View
    let totals: LoadCounters.Totals
    let drains: DrainCount
    let expectsRollback: Bool

    /// No request failed, and the deployment (or the rollback that the viewer asked for) succeeded.
    var isClean: Bool {
        self.totals.failed == 0 && self.drains.cutRequests == 0 && self.last.status == .succeeded
            && self.expectsRollback == (self.last.creator == .codeDeployRollback)
    }

    var lines: [String] {
        let versions = self.totals.answered.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(
            separator: ", ")
        var lines = [
            "",
            "Receipt",
            "  Deployment         \(self.last.deploymentID) \(self.last.status.rawValue)",
            "  Requests           \(self.totals.total) (\(versions))",
            "  Failed             \(self.totals.failed)",
            "  5xx by origin      load balancer \(self.totals.loadBalancerErrors), targets \(self.totals.targetErrors)",
            "  No answer          \(self.totals.connectionErrors)",
            "  Drained            \(self.drains.targets) targets, \(self.drains.connections) connections; "
                + "\(self.drains.cutRequests) requests cut off",
        ]
        if let failure = self.totals.firstFailure { lines.append("  First failure      \(failure)") }
        lines.append("  Steps")
        for step in self.story.steps where step.status != .skipped {
            let name = step.name.padding(to: 24)
            lines.append(
                "    \(step.deploymentID)  \(name)\(step.status.rawValue.padding(to: 12))\(DemoDisplay.seconds(step.duration))"
            )
        }
        lines.append("")
        lines.append(self.isClean ? "Not one request was lost." : "The demo did not end as it should.")
        return lines
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - self.count))
    }
}
