internal import DeploymentEngine
internal import LambdaAPI
internal import LogsAPI
internal import Model
internal import WireProtocol

/// Reads what a failed hook function logged, for `diagnostics.logTail`.
struct HookLog {
    let aws: AWSClient

    /// API reference, Diagnostics: up to the last 4 KB.
    private static let maximumBytes = 4096
    /// A function may report first and fall over then.
    private static let afterthought = Duration.seconds(10)

    /// Empty where the event ran no function, or nothing of its log can be found any more.
    func tail(of event: LifecycleEventRecord) async -> String {
        guard let function = event.diagnostics?.scriptName, !function.isEmpty, let start = event.startTime,
            let end = event.endTime
        else { return "" }
        do {
            let group = try await self.group(of: function)
            let streams = try await self.aws.call(
                Logs.DescribeLogStreams.self,
                .init(logGroupName: group, orderBy: .lastEventTime, descending: true, limit: 5)
            ).logStreams
            for stream in (streams ?? []).compactMap(\.logStreamName) {
                let events = try await self.aws.call(
                    Logs.GetLogEvents.self,
                    .init(
                        logGroupName: group, logStreamName: stream, startTime: Int(start.milliseconds),
                        endTime: Int((end + Self.afterthought).milliseconds), limit: 200)
                ).events
                let lines = (events ?? []).compactMap(\.message)
                if !lines.isEmpty { return Self.end(of: lines) }
            }
        } catch {
            // A log that cannot be read must not hide the deployment that is asked for.
        }
        return ""
    }

    private func group(of function: String) async throws -> String {
        let configuration = try await self.aws.call(
            Lambda.GetFunctionConfiguration.self, .init(functionName: function))
        return configuration.loggingConfig?.logGroup ?? "/aws/lambda/\(configuration.functionName ?? function)"
    }

    /// Whole lines, as many of the last as fit.
    private static func end(of lines: [String]) -> String {
        var size = 0
        var kept: [String] = []
        for line in lines.reversed() {
            let line = line.hasSuffix("\n") ? String(line.dropLast()) : line
            size += line.utf8.count + 1
            guard size <= Self.maximumBytes else { break }
            kept.append(line)
        }
        return kept.reversed().joined(separator: "\n")
    }
}
