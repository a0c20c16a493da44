internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func putRolePolicy(_ input: IAM.PutRolePolicy.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.putInlinePolicy(input.policyName, input.policyDocument, .role, input.roleName, context)
    }

    func getRolePolicy(_ input: IAM.GetRolePolicy.Input, _ context: RequestContext) async throws
        -> IAM.GetRolePolicy.Output
    {
        let document = try await self.inlinePolicy(input.policyName, .role, input.roleName, context)
        return .init(roleName: input.roleName, policyName: input.policyName, policyDocument: document)
    }

    func listRolePolicies(_ input: IAM.ListRolePolicies.Input, _ context: RequestContext) async throws
        -> IAM.ListRolePolicies.Output
    {
        let names = try await self.inlinePolicyNames(.role, input.roleName, context)
        let page = try Page(names, marker: input.marker, maxItems: input.maxItems, key: { $0 })
        return .init(policyNames: page.elements, isTruncated: page.isTruncated, marker: page.marker)
    }

    func deleteRolePolicy(_ input: IAM.DeleteRolePolicy.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.deleteInlinePolicy(input.policyName, .role, input.roleName, context)
    }

    func attachRolePolicy(_ input: IAM.AttachRolePolicy.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.attachPolicy(input.policyArn, .role, input.roleName, context)
    }

    func detachRolePolicy(_ input: IAM.DetachRolePolicy.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.detachPolicy(input.policyArn, .role, input.roleName, context)
    }

    func listAttachedRolePolicies(
        _ input: IAM.ListAttachedRolePolicies.Input, _ context: RequestContext
    ) async throws -> IAM.ListAttachedRolePolicies.Output {
        let policies = try await self.attachedPolicies(.role, input.roleName, input.pathPrefix, context)
        let page = try Page(policies, marker: input.marker, maxItems: input.maxItems, key: { $0.policyArn ?? "" })
        return .init(attachedPolicies: page.elements, isTruncated: page.isTruncated, marker: page.marker)
    }
}
