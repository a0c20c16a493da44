internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func createPolicy(_ input: IAM.CreatePolicy.Input, _ context: RequestContext) async throws -> IAM.CreatePolicy.Output {
        try PolicyDocument.check(input.policyDocument, as: .identity)
        let path = input.path ?? "/"
        let now = self.clock.now()
        let policy = StoredPolicy(
            arn: context.scope.globalARN("iam", "policy\(path)\(input.policyName)").description, account: context.scope.account,
            name: input.policyName, path: path, id: "ANPA" + Identifiers.upperAlphanumeric(17), description: input.description,
            created: now, updated: now, tags: try IdentityTags.setting(input.tags ?? [], on: []), defaultVersion: 1, nextVersion: 2)
        try await self.store.write { transaction in
            guard try transaction.policy(named: policy.name, account: policy.account) == nil else {
                throw IAM.Errors.entityAlreadyExistsException(
                    "A policy called \(policy.name) already exists. Duplicate names are not allowed.")
            }
            try transaction.insertPolicy(policy)
            let version = StoredPolicyVersion(number: 1, document: input.policyDocument, created: now)
            try transaction.insertPolicyVersion(version, of: policy.arn)
        }
        return .init(policy: policy.shape(PolicyUse(attachments: 0, boundaries: 0), tags: true))
    }

    func getPolicy(_ input: IAM.GetPolicy.Input, _ context: RequestContext) async throws -> IAM.GetPolicy.Output {
        try await self.store.read { snapshot in
            let use = try snapshot.use(ofPolicy: input.policyArn, account: context.scope.account)
            if let managed = AWSManagedPolicy(arn: input.policyArn) { return .init(policy: managed.shape(use)) }
            return .init(policy: try snapshot.modifiablePolicy(input.policyArn).shape(use, tags: true))
        }
    }

    func listPolicies(_ input: IAM.ListPolicies.Input, _ context: RequestContext) async throws -> IAM.ListPolicies.Output {
        let account = context.scope.account
        let policies = try await self.store.read { snapshot in
            var policies: [IAM.Policy] = []
            if input.scope != .local {
                for policy in AWSManagedPolicy.listed(in: context.scope) {
                    policies.append(policy.shape(try snapshot.use(ofPolicy: policy.arn, account: account)))
                }
            }
            if input.scope != .aws {
                for policy in try snapshot.policies(account: account) {
                    policies.append(policy.shape(try snapshot.use(ofPolicy: policy.arn, account: account), tags: false))
                }
            }
            return policies
        }
        let chosen = policies.filter { policy in
            let isAttached = (policy.attachmentCount ?? 0) > 0
            let isBoundary = (policy.permissionsBoundaryUsageCount ?? 0) > 0
            switch input.policyUsageFilter {
            case .permissionsPolicy where !isAttached, .permissionsBoundary where !isBoundary: return false
            default: break
            }
            return (policy.path ?? "/").hasPrefix(input.pathPrefix ?? "/") && (input.onlyAttached != true || isAttached)
        }
        // The ARN tells apart a customer's policy from AWS's of the same name.
        let sorted = chosen.sorted { ($0.arn ?? "").lowercased() < ($1.arn ?? "").lowercased() }
        let page = try Page(sorted, marker: input.marker, maxItems: input.maxItems, key: { $0.arn ?? "" })
        return .init(policies: page.elements, isTruncated: page.isTruncated, marker: page.marker)
    }

    func deletePolicy(_ input: IAM.DeletePolicy.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.store.write { transaction in
            let policy = try transaction.modifiablePolicy(input.policyArn)
            let use = try transaction.use(ofPolicy: policy.arn, account: policy.account)
            guard use.attachments == 0, use.boundaries == 0 else {
                throw IAM.Errors.deleteConflictException("Cannot delete a policy attached to entities.")
            }
            guard try transaction.policyVersions(of: policy.arn).count == 1 else {
                throw IAM.Errors.deleteConflictException(
                    "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
                        + "The default version is deleted with the policy.")
            }
            try transaction.deletePolicy(arn: policy.arn)
        }
        return EmptyShape()
    }
}
