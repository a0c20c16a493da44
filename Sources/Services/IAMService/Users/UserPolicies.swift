internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func putUserPolicy(_ input: IAM.PutUserPolicy.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.putInlinePolicy(input.policyName, input.policyDocument, .user, input.userName, context)
    }

    func getUserPolicy(_ input: IAM.GetUserPolicy.Input, _ context: RequestContext) async throws
        -> IAM.GetUserPolicy.Output
    {
        let document = try await self.inlinePolicy(input.policyName, .user, input.userName, context)
        return .init(userName: input.userName, policyName: input.policyName, policyDocument: document)
    }

    func listUserPolicies(_ input: IAM.ListUserPolicies.Input, _ context: RequestContext) async throws
        -> IAM.ListUserPolicies.Output
    {
        let names = try await self.inlinePolicyNames(.user, input.userName, context)
        let page = try Page(names, marker: input.marker, maxItems: input.maxItems, key: { $0 })
        return .init(policyNames: page.elements, isTruncated: page.isTruncated, marker: page.marker)
    }

    func deleteUserPolicy(_ input: IAM.DeleteUserPolicy.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.deleteInlinePolicy(input.policyName, .user, input.userName, context)
    }

    func attachUserPolicy(_ input: IAM.AttachUserPolicy.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.attachPolicy(input.policyArn, .user, input.userName, context)
    }

    func detachUserPolicy(_ input: IAM.DetachUserPolicy.Input, _ context: RequestContext) async throws -> EmptyShape {
        try await self.detachPolicy(input.policyArn, .user, input.userName, context)
    }

    func listAttachedUserPolicies(
        _ input: IAM.ListAttachedUserPolicies.Input, _ context: RequestContext
    ) async throws -> IAM.ListAttachedUserPolicies.Output {
        let policies = try await self.attachedPolicies(.user, input.userName, input.pathPrefix, context)
        let page = try Page(policies, marker: input.marker, maxItems: input.maxItems, key: { $0.policyArn ?? "" })
        return .init(attachedPolicies: page.elements, isTruncated: page.isTruncated, marker: page.marker)
    }
}
