internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

/// The agent's endpoint by which a task reads and changes its own scale-in protection (ECS guide, task scale-in protection
/// endpoint).
struct ProtectionPage: Sendable {
    /// Behind `ECS_AGENT_URI`.
    static let path = "task-protection/v1/state"

    let task: StoredTask
    let aws: AWSClient

    /// - Parameter change: `{"ProtectionEnabled": …, "ExpiresInMinutes": …}`; `nil` to read.
    func answer(to change: [UInt8]?) async -> TaskPages.Answer {
        do {
            guard let change else {
                let output = try await self.aws.call(
                    ECS.GetTaskProtection.self, .init(cluster: self.task.cluster, tasks: [self.task.id]))
                return self.answer(output.protectedTasks, output.failures)
            }
            // Whatever the body is instead, the answer is the same.
            guard let body = try? JSONValue(parsing: change), let isEnabled = body["ProtectionEnabled"]?.bool else {
                throw ECS.Errors.invalidParameterException("ProtectionEnabled must be true or false.")
            }
            let output = try await self.aws.call(
                ECS.UpdateTaskProtection.self,
                .init(
                    cluster: self.task.cluster, tasks: [self.task.id], protectionEnabled: isEnabled,
                    expiresInMinutes: body["ExpiresInMinutes"]?.integer.map { Int($0) }))
            return self.answer(output.protectedTasks, output.failures)
        } catch let error as AWSError {
            return self.refusal(error)
        } catch {
            return self.refusal(ECS.Errors.serverException("\(error)"))
        }
    }

    private func answer(_ tasks: [ECS.ProtectedTask]?, _ failures: [ECS.Failure]?) -> TaskPages.Answer {
        guard let task = tasks?.first else {
            return self.member(
                "failure", 200,
                [
                    .init("Arn", Self.text(failures?.first?.arn)), .init("Detail", Self.text(failures?.first?.detail)),
                    .init("Reason", Self.text(failures?.first?.reason)),
                ])
        }
        return self.member(
            "protection", 200,
            [
                .init("ExpirationDate", Self.text(task.expirationDate?.iso8601)),
                .init("ProtectionEnabled", .bool(task.protectionEnabled ?? false)),
                .init("TaskArn", Self.text(task.taskArn)),
            ])
    }

    private func refusal(_ error: AWSError) -> TaskPages.Answer {
        self.member(
            "error", error.status,
            [
                .init("Arn", Self.text(self.aws.scope.taskARN(self.task.id, cluster: self.task.cluster))),
                .init("Code", .string(error.code)), .init("Message", .string(error.message)),
            ])
    }

    private func member(_ name: String, _ status: Int, _ members: [JSONValue.Member]) -> TaskPages.Answer {
        TaskPages.Answer(status: status, document: .object([.init(name, .object(members))]))
    }

    private static func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}
