internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
    /// Groups cannot be made here, so no user is in one.
    func listGroupsForUser(
        _ input: IAM.ListGroupsForUser.Input, _ context: RequestContext
    ) async throws -> IAM.ListGroupsForUser.Output {
        _ = try await self.store.read { try $0.existingIdentity(.user, input.userName, context) }
        return .init(groups: [], isTruncated: false)
    }
}
