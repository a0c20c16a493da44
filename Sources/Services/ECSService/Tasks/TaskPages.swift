internal import DeploymentEngine
package import Model
internal import STSAPI
package import Store
package import WireProtocol

/// What a task's containers ask this server about themselves: task metadata (version 4 of the ECS endpoint) and the
/// credentials of the task's role, in the form that SDKs read; and its scale-in protection, which it may change.
package struct TaskPages: Sendable {
    package static let prefix = "/_teal/tasks/"

    package struct Answer: Sendable {
        package let status: Int
        package let document: JSONValue

        static func refusal(_ status: Int, _ message: String) -> Answer {
            Answer(
                status: status,
                document: .object([.init("code", .string("NotFound")), .init("message", .string(message))]))
        }
    }

    private let store: Store
    private let account: String
    private let sessions: TaskRoleSessions
    private let aws: AWSClient

    package init(store: Store, account: String, sessions: TaskRoleSessions, aws: AWSClient) {
        self.store = store
        self.account = account
        self.sessions = sessions
        self.aws = aws
    }

    /// - Parameters:
    ///   - path: `/_teal/tasks/TASK/SECRET/` and then `credentials`, `v4/CONTAINER[/…]` or `agent/…`.
    ///   - change: the body of a PUT; `nil` for a GET.
    package func answer(path: String, authorization: String?, change: [UInt8]? = nil) async throws -> Answer {
        let parts = path.dropFirst(Self.prefix.count).split(separator: "/", omittingEmptySubsequences: false).map(
            String.init)
        guard parts.count >= 3, let task = try await self.store.read({ try $0.task(parts[0]) }),
            task.machine.phase != .stopped
        else { return .refusal(404, "no such task") }
        let assembly = try TaskAssembly.decode(task.body)
        guard let secret = assembly.pageSecret, Self.isEqual(secret, parts[1]) else {
            return .refusal(404, "no such task")
        }
        let scope = Scope(account: self.account, region: task.region)
        if parts[2] == "agent", parts.dropFirst(3).joined(separator: "/") == ProtectionPage.path {
            return await ProtectionPage(task: task, aws: self.aws.acting(in: scope)).answer(to: change)
        }
        guard change == nil else { return .refusal(405, "\(parts[2]) can only be read") }
        switch (parts[2], parts.dropFirst(3).first) {
        case ("credentials", nil):
            let address = TaskPageAddress(taskID: task.id, secret: secret, container: "")
            guard Self.isEqual(address.authorization, authorization ?? "") else {
                return .refusal(403, "the Authorization header is not that of AWS_CONTAINER_AUTHORIZATION_TOKEN")
            }
            return try await self.credentials(assembly.role, task: task.id, in: scope)
        case ("v4", let container?):
            return try self.metadata(
                task, assembly, container: container, page: parts.dropFirst(4).joined(separator: "/"), scope)
        case (_, _):
            return .refusal(404, "no such page")
        }
    }

    private func credentials(_ role: TaskAssembly.RoleAccess?, task: String, in scope: Scope) async throws -> Answer {
        guard let role else { return .refusal(404, "the task has no role") }
        do {
            let credentials = try await self.sessions.credentials(of: role.arn, task: task, in: scope)
            return Answer(
                status: 200,
                document: .object([
                    .init("RoleArn", .string(role.arn)), .init("AccessKeyId", .string(credentials.accessKeyId ?? "")),
                    .init("SecretAccessKey", .string(credentials.secretAccessKey ?? "")),
                    .init("Token", .string(credentials.sessionToken ?? "")),
                    .init("Expiration", .string(credentials.expiration?.iso8601 ?? "")),
                ]))
        } catch let error as AWSError {
            return Answer(
                status: error.status,
                document: .object([.init("code", .string(error.code)), .init("message", .string(error.message))]))
        }
    }

    private func metadata(
        _ task: StoredTask, _ assembly: TaskAssembly, container: String, page: String, _ scope: Scope
    ) throws -> Answer {
        let metadata = TaskMetadata(task: task, assembly: assembly, scope: scope)
        switch page {
        case "":
            guard let document = metadata.container(named: container) else { return .refusal(404, "no such container") }
            return Answer(status: 200, document: document)
        case "task": return Answer(status: 200, document: metadata.document)
        default: return .refusal(404, "\(page) is not served by Teal")
        }
    }

    /// Takes the same time wherever the difference is.
    private static func isEqual(_ secret: String, _ given: String) -> Bool {
        let (secret, given) = (Array(secret.utf8), Array(given.utf8))
        guard secret.count == given.count else { return false }
        return zip(secret, given).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
