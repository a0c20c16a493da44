internal import LambdaAPI
internal import Model
internal import Store
internal import WireProtocol

extension LambdaHandlers {
    /// Adds a statement to the resource policy of the function, or of its version or alias.
    func addPermission(
        _ input: Lambda.AddPermissionRequest, _ context: RequestContext
    ) async throws -> Lambda.AddPermissionResponse {
        let reference = try FunctionReference(input.functionName, qualifier: input.qualifier)
        let statement = Self.statement(input, resource: reference.arn(in: context.scope)).text
        try await self.store.write { transaction in
            let existing = try transaction.permissions(of: reference, in: context.scope)
            try requireRevision(input.revisionId, Self.policyRevision(existing))
            guard !existing.contains(where: { $0.statementID == input.statementId }) else {
                throw Lambda.Errors.resourceConflictException(
                    "The statement id (\(input.statementId)) provided already exists. Please provide a new statement id, or "
                        + "remove the existing statement.")
            }
            try transaction.insert(
                StoredFunctionPermission(
                    region: context.scope.region, name: reference.name, qualifier: reference.qualifier ?? "",
                    statementID: input.statementId, statement: statement))
        }
        return Lambda.AddPermissionResponse(statement: statement)
    }

    func removePermission(_ input: Lambda.RemovePermissionRequest, _ context: RequestContext) async throws -> EmptyShape
    {
        let reference = try FunctionReference(input.functionName, qualifier: input.qualifier)
        try await self.store.write { transaction in
            let existing = try transaction.permissions(of: reference, in: context.scope)
            try requireRevision(input.revisionId, Self.policyRevision(existing))
            guard existing.contains(where: { $0.statementID == input.statementId }) else {
                throw Lambda.Errors.resourceNotFoundException(
                    "Statement \(input.statementId) is not found in resource policy.")
            }
            try transaction.deleteFunctionPermission(
                region: context.scope.region, name: reference.name, qualifier: reference.qualifier ?? "",
                statementID: input.statementId)
        }
        return EmptyShape()
    }

    func getPolicy(_ input: Lambda.GetPolicyRequest, _ context: RequestContext) async throws -> Lambda.GetPolicyResponse
    {
        let reference = try FunctionReference(input.functionName, qualifier: input.qualifier)
        let permissions = try await self.store.read { try $0.permissions(of: reference, in: context.scope) }
        guard !permissions.isEmpty else {
            throw Lambda.Errors.resourceNotFoundException("The resource you requested does not exist.")
        }
        let policy = JSONValue.object([
            .init("Version", .string("2012-10-17")), .init("Id", .string("default")),
            .init("Statement", .array(try permissions.map { try JSONValue(parsing: $0.statement) })),
        ])
        return Lambda.GetPolicyResponse(policy: policy.text, revisionId: Self.policyRevision(permissions))
    }

    /// Changes whenever the policy does.
    private static func policyRevision(_ permissions: [StoredFunctionPermission]) -> String? {
        guard !permissions.isEmpty else { return nil }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in permissions.map(\.statement).joined().utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        let padded = String(repeating: "0", count: 16 - digits.count) + digits
        return "\(padded.prefix(8))-\(padded.dropFirst(8).prefix(4))-4000-8000-\(padded.suffix(12))"
    }

    private static func statement(_ input: Lambda.AddPermissionRequest, resource: ARN) -> JSONValue {
        let principal: JSONValue
        if input.principal == "*" {
            principal = .string("*")
        } else if input.principal.contains(".") {
            principal = .object([.init("Service", .string(input.principal))])
        } else {
            let isAccount = input.principal.allSatisfy(\.isNumber)
            principal = .object([
                .init(
                    "AWS",
                    .string(isAccount ? "arn:\(resource.partition):iam::\(input.principal):root" : input.principal))
            ])
        }
        var members: [JSONValue.Member] = [
            .init("Sid", .string(input.statementId)), .init("Effect", .string("Allow")), .init("Principal", principal),
            .init("Action", .string(input.action)), .init("Resource", .string(resource.description)),
        ]
        var conditions: [JSONValue.Member] = []
        func add(_ kind: String, _ key: String, _ value: String?) {
            guard let value else { return }
            conditions.append(.init(kind, .object([.init(key, .string(value))])))
        }
        add("StringEquals", "AWS:SourceAccount", input.sourceAccount)
        add("ArnLike", "AWS:SourceArn", input.sourceArn)
        add("StringEquals", "aws:PrincipalOrgID", input.principalOrgID)
        add("StringEquals", "lambda:EventSourceToken", input.eventSourceToken)
        add("StringEquals", "lambda:FunctionUrlAuthType", input.functionUrlAuthType?.rawValue)
        add("Bool", "lambda:InvokedViaFunctionUrl", input.invokedViaFunctionUrl.map { $0 ? "true" : "false" })
        if !conditions.isEmpty { members.append(.init("Condition", Self.merged(conditions))) }
        return .object(members)
    }

    /// Conditions of one kind share their object.
    private static func merged(_ conditions: [JSONValue.Member]) -> JSONValue {
        var kinds: [(name: String, members: [JSONValue.Member])] = []
        for condition in conditions {
            guard case .object(let members) = condition.value else { continue }
            if let index = kinds.firstIndex(where: { $0.name == condition.name }) {
                kinds[index].members += members
            } else {
                kinds.append((condition.name, members))
            }
        }
        return .object(kinds.map { .init($0.name, .object($0.members)) })
    }
}

extension StoreSnapshot {
    fileprivate func permissions(of reference: FunctionReference, in scope: Scope) throws -> [StoredFunctionPermission]
    {
        _ = try self.functionRecord(reference, in: scope)
        return try self.functionPermissions(
            region: scope.region, name: reference.name, qualifier: reference.qualifier ?? "")
    }
}
