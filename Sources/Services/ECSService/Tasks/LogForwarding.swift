internal import Logging
internal import LogsAPI
internal import Model
internal import WireProtocol
internal import WorkloadRuntime

/// The `awslogs` driver: takes a container's output to CloudWatch Logs, each line as one event.
struct LogForwarding: Sendable {
    let runtime: any WorkloadRuntime
    let output: ContainerOutput
    let clock: any WallClock
    let destination: TaskAssembly.LogDestination
    let container: ContainerHandle
    let logger: Logger

    /// Makes the stream, and the group where the task definition asks for that. What is there already is fine.
    static func prepare(_ destination: TaskAssembly.LogDestination, _ aws: AWSClient) async throws {
        let aws = aws.acting(in: Scope(account: aws.scope.account, region: destination.region))
        if destination.createsGroup {
            try await self.ignoringExisting {
                _ = try await aws.call(Logs.CreateLogGroup.self, .init(logGroupName: destination.group))
            }
        }
        try await self.ignoringExisting {
            _ = try await aws.call(
                Logs.CreateLogStream.self, .init(logGroupName: destination.group, logStreamName: destination.stream))
        }
    }

    private static func ignoringExisting(_ call: () async throws -> Void) async throws {
        do {
            try await call()
        } catch let error as AWSError where error.code == "ResourceAlreadyExistsException" {}
    }

    private var stream: ContainerOutput.Stream {
        .init(group: self.destination.group, name: self.destination.stream, region: self.destination.region)
    }

    /// Goes on behind the last line that has been kept. Returns when the container has ended and all of its output is kept.
    /// What cannot be kept now (a full disk) is read again after a pause.
    func run() async {
        while true {
            do {
                try await self.forward()
                return
            } catch is CancellationError {
                return
            } catch {
                self.logger.warning(
                    "container output could not be sent to its log group",
                    metadata: [
                        "task.id": "\(self.container.taskID)", "group": "\(self.destination.group)",
                        "error": "\(error)",
                    ])
            }
            do { try await self.clock.sleep(for: .seconds(5)) } catch { return }
        }
    }

    private func forward() async throws {
        let start = try await self.output.position(self.stream).map { LogPosition($0) }
        let buffer = LineBuffer(clock: self.clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { buffer.end() }
                for try await line in self.runtime.logLines(of: self.container, after: start) {
                    try await buffer.add(line)
                }
            }
            while let lines = try await buffer.next(), let last = lines.last {
                try await self.output.append(
                    self.stream, lines.map { (at: $0.at, text: $0.text) }, last.position.text)
            }
            try await group.waitForAll()
        }
    }
}
