package import Model
internal import STSAPI
package import WireProtocol

/// Sessions of tasks' roles: `assumed-role/ROLE/TASKID`, an hour each, renewed well before SDKs ask again (15 minutes before
/// the end). Held in memory: a restarted server makes new ones, and the old ones stay valid until their end.
package actor TaskRoleSessions {
    private static let renewal = Duration.seconds(20 * 60)

    private let aws: AWSClient
    private let clock: any WallClock
    private var sessions: [String: STS.Credentials] = [:]

    package init(aws: AWSClient, clock: any WallClock) {
        self.aws = aws
        self.clock = clock
    }

    /// - Throws: the `AWSError` of `AssumeRole` where the role cannot be assumed.
    func credentials(of role: String, task: String, in scope: Scope) async throws -> STS.Credentials {
        let now = self.clock.now()
        if let known = self.sessions[task], let end = known.expiration, end > now + Self.renewal { return known }
        let response = try await self.aws.acting(in: scope).call(
            STS.AssumeRole.self, .init(roleArn: role, roleSessionName: task, durationSeconds: 3600))
        guard let credentials = response.credentials else {
            throw AWSError(
                code: "InternalFailure", message: "AssumeRole answered without credentials for \(role)", status: 500)
        }
        self.sessions = self.sessions.filter { ($0.value.expiration ?? now) > now }
        self.sessions[task] = credentials
        return credentials
    }
}
