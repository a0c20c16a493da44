internal import Model
internal import STSAPI
internal import Store
internal import WireProtocol

extension STSHandlers {
    /// Temporary credentials of the caller's own identity: 12 hours unless the caller says otherwise, for the root an hour at most.
    func getSessionToken(
        _ input: STS.GetSessionToken.Input, _ context: RequestContext
    ) async throws -> STS.GetSessionToken.Output {
        switch context.principal {
        case .root, .user: break
        case .assumedRole, .service:
            throw AWSError(
                code: "AccessDenied", message: "Cannot call GetSessionToken with session credentials", status: 403)
        }
        guard input.serialNumber == nil, input.tokenCode == nil else {
            throw AWSError(
                code: "ValidationError", message: "SerialNumber, TokenCode of GetSessionToken is not supported by Teal")
        }
        var seconds = input.durationSeconds ?? 43_200
        if case .root = context.principal { seconds = min(seconds, 3600) }
        let session = try await self.newSession(of: context.principal, lasting: .seconds(seconds))
        return STS.GetSessionToken.Output(credentials: session.credentials)
    }

    /// Makes and stores the credentials of a session.
    func newSession(
        of principal: Principal, lasting duration: Duration, tags: [ResourceTag] = [], sourceIdentity: String? = nil
    ) async throws -> StoredRoleSession {
        let now = self.clock.now()
        let session = StoredRoleSession(
            accessKeyID: "ASIA" + Identifiers.upperAlphanumeric(16), secretAccessKey: Identifiers.base64URL(40),
            sessionToken: Identifiers.base64URL(120), principal: try PrincipalText.encode(principal),
            expiration: now + duration,
            tags: tags, sourceIdentity: sourceIdentity)
        try await self.store.write { try $0.insertRoleSession(session, at: now) }
        return session
    }
}

extension StoredRoleSession {
    var credentials: STS.Credentials {
        STS.Credentials(
            accessKeyId: self.accessKeyID, secretAccessKey: self.secretAccessKey, sessionToken: self.sessionToken,
            expiration: self.expiration)
    }
}
