internal import IAMAPI
internal import Store
internal import WireProtocol

/// Managed policies that are attached to roles and users.
extension IAMHandlers {
    private static let attachmentLimit = 10

    func attachPolicy(
        _ arn: String, _ kind: StoredIdentity.Kind, _ owner: String, _ context: RequestContext
    ) async throws -> EmptyShape {
        try await self.store.write { transaction in
            let identity = try transaction.modifiableIdentity(kind, owner, context)
            try transaction.checkAttachable(arn)
            let attached = try transaction.attachedPolicies(of: identity)
            guard attached.contains(arn) || attached.count < Self.attachmentLimit else {
                let quota = kind == .role ? "PoliciesPerRole" : "PoliciesPerUser"
                throw IAM.Errors.limitExceededException("Cannot exceed quota for \(quota): \(Self.attachmentLimit)")
            }
            try transaction.attachPolicy(arn, to: identity)
        }
        return EmptyShape()
    }

    func detachPolicy(
        _ arn: String, _ kind: StoredIdentity.Kind, _ owner: String, _ context: RequestContext
    ) async throws -> EmptyShape {
        try await self.store.write { transaction in
            let identity = try transaction.modifiableIdentity(kind, owner, context)
            guard try transaction.attachedPolicies(of: identity).contains(arn) else {
                throw IAM.Errors.noSuchEntityException("Policy \(arn) was not found.")
            }
            try transaction.detachPolicy(arn, from: identity)
        }
        return EmptyShape()
    }

    /// Sorted by ARN.
    func attachedPolicies(
        _ kind: StoredIdentity.Kind, _ owner: String, _ pathPrefix: String?, _ context: RequestContext
    ) async throws -> [IAM.AttachedPolicy] {
        let arns = try await self.store.read { snapshot in
            try snapshot.attachedPolicies(of: snapshot.existingIdentity(kind, owner, context))
        }
        return arns.sorted { $0.lowercased() < $1.lowercased() }.compactMap { arn in
            // `arn:aws:iam::123456789012:policy/PATH/NAME`
            guard let resource = arn.split(separator: ":", maxSplits: 5).last?.dropFirst("policy".count),
                let slash = resource.lastIndex(of: "/"), resource[...slash].hasPrefix(pathPrefix ?? "/")
            else { return nil }
            return IAM.AttachedPolicy(policyName: String(resource[resource.index(after: slash)...]), policyArn: arn)
        }
    }
}

extension StoreSnapshot {
    /// - Throws: `NoSuchEntity` where there is no such managed policy.
    func checkAttachable(_ arn: String) throws {
        guard try AWSManagedPolicy(arn: arn) != nil || self.policy(arn: arn) != nil else {
            throw IAM.Errors.noSuchEntityException("Policy \(arn) does not exist or is not attachable.")
        }
    }
}
