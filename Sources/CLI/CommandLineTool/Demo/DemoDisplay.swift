internal import CodeDeployAPI
internal import Model

/// Shows a deployment as it goes: redrawn in place on a terminal, one line a change where the output is a file.
struct DemoDisplay {
    /// What one frame shows.
    struct Frame {
        var elapsed: Duration
        var view: DeploymentWatch.View
        /// Share of each version among the answers since the last frame, in percent.
        var answered: [String: Double]
        var requestsPerSecond: Int
        /// Milliseconds.
        var median: Double
        var p99: Double
        var failed: Int
    }

    private let isTerminal: Bool
    private var drawnLines = 0
    private var lastPlainLine = ""

    init(isTerminal: Bool) { self.isTerminal = isTerminal }

    mutating func show(_ frame: Frame) {
        if self.isTerminal { self.redraw(frame) } else { self.printChange(frame) }
    }

    /// A line that stays.
    mutating func note(_ text: String) {
        self.drawnLines = 0
        print(text)
    }

    private mutating func redraw(_ frame: Frame) {
        let width = CommandOutput.terminalWidth
        var lines = ["", "  \(frame.view.deploymentID)  \(frame.view.status.rawValue)  \(Self.seconds(frame.elapsed))"]
        lines += Self.labelled(
            "Lifecycle", Self.wrapped(Self.lifecycle(frame.view.events), width: width - Self.labelWidth))
        lines += Self.labelled("Traffic", [Self.bar(frame), Self.shares(frame)])
        lines += Self.labelled("Targets", [Self.targets(frame)])
        lines += Self.labelled("Load", [Self.load(frame)])
        lines.append("")
        // Upwards over the last frame, then away with all of it: the new one may be shorter.
        if self.drawnLines > 0 { print("\u{1B}[\(self.drawnLines)A\u{1B}[J", terminator: "") }
        // A line that the terminal would break counts as two, and the next frame would be drawn too low.
        for line in lines { print(line.prefix(width)) }
        self.drawnLines = lines.count
    }

    private mutating func printChange(_ frame: Frame) {
        let current = frame.view.events.last { $0.status == .inProgress || $0.status == .failed }
        let event =
            current.map { "\($0.lifecycleEventName ?? "") \($0.status?.rawValue ?? "")" } ?? frame.view.status.rawValue
        // What is measured differs from look to look: a line is worth printing when the deployment itself has moved.
        let progress = "\(frame.view.deploymentID)  \(event)  \(frame.view.weights.sorted { $0.key < $1.key })"
        guard progress != self.lastPlainLine else { return }
        self.lastPlainLine = progress
        let line = "\(frame.view.deploymentID)  \(event)  \(Self.shares(frame))  \(Self.targets(frame))"
        print("\(Self.seconds(frame.elapsed))  \(line)  \(Self.load(frame))")
    }

    private static let labelWidth = 13

    /// The label before the first line, room as wide before the others.
    private static func labelled(_ label: String, _ lines: [String]) -> [String] {
        lines.enumerated().map { index, line in
            let head = "  " + (index == 0 ? label : "")
            return head + String(repeating: " ", count: Self.labelWidth - head.count) + line
        }
    }

    /// The words in as many lines of at most `width` characters as they take, two spaces apart.
    private static func wrapped(_ words: [String], width: Int) -> [String] {
        var lines: [String] = []
        for word in words {
            if let line = lines.last, line.count + 2 + word.count <= width {
                lines[lines.count - 1] = line + "  " + word
            } else {
                lines.append(word)
            }
        }
        return lines
    }

    private static func lifecycle(_ events: [CodeDeploy.LifecycleEvent]) -> [String] {
        events.map { event in
            let mark =
                switch event.status {
                case .succeeded: "✓"
                case .inProgress: "▶"
                case .failed: "✗"
                case .skipped: "–"
                case .pending, .unknown_, .unknown, nil: "·"
                }
            return "\(mark) \(event.lifecycleEventName ?? "?")"
        }
    }

    private static func bar(_ frame: Frame) -> String {
        let width = 30
        let green = Int((frame.answered["v2"] ?? 0) / 100 * Double(width) + 0.5)
        return "v1 " + String(repeating: "█", count: max(0, width - green))
            + String(repeating: "░", count: min(width, green)) + " v2"
    }

    private static func shares(_ frame: Frame) -> String {
        let requested = frame.view.weights.sorted { $0.key < $1.key }.map { "\($0.key) \(Int($0.value.rounded())) %" }
        let answered = frame.answered.sorted { $0.key < $1.key }.map { "\($0.key) \(Int($0.value.rounded())) %" }
        return "requested \(requested.joined(separator: ", ")); answered \(answered.joined(separator: ", "))"
    }

    private static func targets(_ frame: Frame) -> String {
        frame.view.health.sorted { $0.key < $1.key }.map {
            "\($0.key) \($0.value.healthy)/\($0.value.registered) healthy"
        }
        .joined(separator: ", ")
    }

    private static func load(_ frame: Frame) -> String {
        "\(frame.requestsPerSecond) req/s, p50 \(Self.tenths(frame.median)) ms, p99 \(Self.tenths(frame.p99)) ms, failed \(frame.failed)"
    }

    static func seconds(_ duration: Duration) -> String { Self.tenths(duration.inSeconds) + " s" }

    static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }
}
