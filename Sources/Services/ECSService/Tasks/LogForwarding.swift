internal import Logging
internal import LogsAPI
internal import Model
internal import WireProtocol
internal import WorkloadRuntime

/// The `awslogs` driver: sends a container's output to CloudWatch Logs, line by line.
struct LogForwarding: Sendable {
    let runtime: any WorkloadRuntime
    let aws: AWSClient
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

    /// Returns when the container has ended and all of its output is sent.
    func run() async {
        let aws = self.aws.acting(in: Scope(account: self.aws.scope.account, region: self.destination.region))
        do {
            for try await line in self.runtime.logLines(of: self.container, after: nil) {
                // An event must not be empty.
                let event = Logs.InputLogEvent(timestamp: Int(line.at.milliseconds), message: line.text.isEmpty ? " " : line.text)
                _ = try await aws.call(
                    Logs.PutLogEvents.self,
                    .init(logGroupName: self.destination.group, logStreamName: self.destination.stream, logEvents: [event]))
            }
        } catch is CancellationError {
            return
        } catch {
            self.logger.warning(
                "container output could not be sent to its log group",
                metadata: ["task.id": "\(self.container.taskID)", "group": "\(self.destination.group)", "error": "\(error)"])
        }
    }
}
