internal import Model
internal import STSAPI
internal import Store
internal import WireProtocol

extension STSHandlers {
    /// Gives temporary credentials of a role. Our own services may assume a role that has no record: task definitions and
    /// functions of an AWS account name roles that were never created here. Others need one.
    func assumeRole(_ input: STS.AssumeRole.Input, _ context: RequestContext) async throws -> STS.AssumeRole.Output {
        guard let arn = ARN(input.roleArn), arn.service == "iam", arn.resource.hasPrefix("role/"),
            let role = arn.resourceSegments.last, !role.isEmpty
        else { throw AWSError(code: "ValidationError", message: "\(input.roleArn) is invalid") }
        try input.checkSupported()
        try Self.checkTags(input)
        try Self.checkChaining(input, context)
        let id = try await self.roleID(input, context)
        let principal = Principal.assumedRole(role: role, session: input.roleSessionName, id: id, account: arn.account)
        let tags = (input.tags ?? []).map { ResourceTag(key: $0.key, value: $0.value) }
        let session = try await self.newSession(
            of: principal, lasting: .seconds(input.durationSeconds ?? 3600), tags: tags,
            sourceIdentity: input.sourceIdentity)
        let identity = CallerIdentity(principal, in: context.scope)
        return STS.AssumeRole.Output(
            credentials: session.credentials, assumedRoleUser: .init(assumedRoleId: identity.userID, arn: identity.arn),
            packedPolicySize: tags.isEmpty ? nil : Self.packedSize(of: tags), sourceIdentity: input.sourceIdentity)
    }

    private static func checkTags(_ input: STS.AssumeRole.Input) throws {
        let keys = (input.tags ?? []).map { $0.key.lowercased() }
        guard Set(keys).count == keys.count else {
            throw AWSError(
                code: "InvalidParameterValue",
                message: "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
        }
    }

    /// A session that assumes a role may do so for an hour at most (IAM user guide, role chaining).
    private static func checkChaining(_ input: STS.AssumeRole.Input, _ context: RequestContext) throws {
        guard case .assumedRole = context.principal, (input.durationSeconds ?? 3600) > 3600 else { return }
        throw AWSError(
            code: "ValidationError",
            message: "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        )
    }

    /// In per cent of what a session can carry. AWS packs in a form of its own; 2,048 characters stand in for its limit.
    private static func packedSize(of tags: [ResourceTag]) -> Int {
        min(100, tags.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count } * 100 / 2048 + 1)
    }

    /// The id of the role's record, whose longest session is checked too.
    private func roleID(_ input: STS.AssumeRole.Input, _ context: RequestContext) async throws -> String {
        if let role = try await self.store.read({ try $0.identity(arn: input.roleArn) }), role.kind == .role {
            guard input.durationSeconds ?? 3600 <= role.maxSessionDuration ?? 3600 else {
                throw AWSError(
                    code: "ValidationError",
                    message: "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
            }
            return role.id
        }
        guard case .service = context.principal else {
            let caller = CallerIdentity(context.principal, in: context.scope).arn
            throw AWSError(
                code: "AccessDenied",
                message: "User: \(caller) is not authorized to perform: sts:AssumeRole on resource: \(input.roleArn)",
                status: 403)
        }
        return Self.madeUpRoleID(of: input.roleArn)
    }

    /// An `AROA…` id that is always the same for a role (FNV-1a over its ARN), for a role without a record.
    private static func madeUpRoleID(of arn: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var id = "AROA"
        for round in 0..<17 {
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325 &+ UInt64(round)
            for byte in arn.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            id.append(alphabet[Int((hash >> 32) & 31)])
        }
        return id
    }
}

extension STS.AssumeRole.Input {
    /// What would narrow or guard the session is refused: policies are not evaluated, and there are no MFA devices.
    fileprivate func checkSupported() throws {
        let members = [
            "Policy": self.policy != nil, "PolicyArns": self.policyArns?.isEmpty == false,
            "SerialNumber": self.serialNumber != nil,
            "TokenCode": self.tokenCode != nil, "TransitiveTagKeys": self.transitiveTagKeys?.isEmpty == false,
            "ProvidedContexts": self.providedContexts?.isEmpty == false,
        ]
        let unsupported = members.filter(\.value).keys.sorted()
        guard unsupported.isEmpty else {
            throw AWSError(
                code: "ValidationError",
                message: "\(unsupported.joined(separator: ", ")) of AssumeRole is not supported by Teal")
        }
    }
}
