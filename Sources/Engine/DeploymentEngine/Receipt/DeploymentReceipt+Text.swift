internal import Model

extension DeploymentReceipt {
    /// One sentence for the service's events, without the names of service and deployment.
    package var summary: String {
        let carried = self.revisions.filter { $0.count.received > 0 }.map { "\($0.count.received) by \($0.id)" }
        let sides = carried.isEmpty ? "" : " (\(carried.joined(separator: ", ")))"
        var parts = ["carried \(self.total.received) requests\(sides)", "\(self.total.failures) failed"]
        parts.append("\(self.drained.connections) connections drained")
        parts.append("\(self.drained.cutRequests) requests cut")
        var text = parts.joined(separator: ", ")
        if let gap = self.gaps.first { text += "; incomplete since \(gap.since.iso8601): \(gap.reason)" }
        return text + "."
    }

    /// The receipt as a table for people.
    package var lines: [String] {
        var lines = ["Receipt of \(self.subject.id) (\(self.subject.strategy)) of service \(self.subject.service)"]
        lines.append(Self.row("Status", self.subject.status + (self.subject.statusReason.map { ": \($0)" } ?? "")))
        switch self.state {
        case .running: lines.append(Self.row("State", "still running: what is known so far"))
        case .closing: lines.append(Self.row("State", "ended; connections still drain, or the last counts are due"))
        case .final: break
        }
        let duration = self.subject.startedAt.flatMap { start in self.subject.endedAt.map { $0 - start } }
        lines.append(Self.row("Took", duration.map(Self.seconds) ?? "-"))
        lines.append(Self.row("Requests", "\(self.total.received)"))
        for revision in self.revisions {
            lines.append(Self.row("  \(revision.role.rawValue)", "\(revision.count.received) by \(revision.id)"))
        }
        if self.unattributed > 0 { lines.append(Self.row("  either", "\(self.unattributed)")) }
        lines.append(Self.row("Failed", "\(self.total.failures)"))
        lines.append(
            Self.row(
                "  by origin",
                "targets \(self.total.targetErrors) (5xx) and \(self.total.cutResponses) (cut), load balancer "
                    + "\(self.total.badGateway) (502), \(self.total.serviceUnavailable) (503), \(self.total.gatewayTimeout) (504)"
            ))
        if self.total.clientAborts > 0 {
            lines.append(Self.row("  went away", "\(self.total.clientAborts) clients"))
        }
        lines.append(
            Self.row(
                "Drained",
                "\(self.drained.targets) targets, \(self.drained.connections) connections, \(self.drained.requests) requests; "
                    + "\(self.drained.cutRequests) requests cut"))
        lines += self.weightLines + self.stepLines
        for gap in self.gaps {
            lines.append("Incomplete since \(gap.since.iso8601) until \(gap.until.iso8601): \(gap.reason)")
        }
        if self.state == .final, self.isClean, self.isComplete { lines.append("Not one request was lost.") }
        return lines
    }

    private var weightLines: [String] {
        guard self.weights.contains(where: { $0.requested > 0 }) else { return [] }
        let rows = self.weights.map { weight in
            [
                Self.percent(weight.requested), weight.achieved.map(Self.percent) ?? "-", "\(weight.source)",
                "\(weight.target)", weight.endedAt.map { Self.seconds($0 - weight.startedAt) } ?? "-",
                weight.isShared ? "counts shared with the step before" : "",
            ]
        }
        return ["Weights"] + Self.table([["requested", "achieved", "source", "target", "for", ""]] + rows)
    }

    private var stepLines: [String] {
        guard !self.steps.isEmpty else { return [] }
        let rows = self.steps.map { step in
            [
                step.name, step.endedAt.map { Self.seconds($0 - step.startedAt) } ?? "-",
                step.waits.map { "\($0.subject) \(Self.seconds($0.duration))" }.joined(separator: "; "),
            ]
        }
        return ["Steps"] + Self.table([["", "took", "waited for"]] + rows)
    }

    private static func row(_ label: String, _ text: String) -> String { "  " + label.padded(to: 13) + text }

    private static func table(_ rows: [[String]]) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = "  " + zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    private static func percent(_ value: Double) -> String { Self.decimals(value) + " %" }

    private static func seconds(_ duration: Duration) -> String { Self.decimals(duration.inSeconds) + " s" }

    /// Two digits after the point.
    private static func decimals(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - self.count))
    }
}
