internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func getInstanceProfile(
        _ input: IAM.GetInstanceProfile.Input, _ context: RequestContext
    ) async throws -> IAM.GetInstanceProfile.Output {
        try await self.store.read { snapshot in
            .init(instanceProfile: try snapshot.shape(of: snapshot.existingProfile(input.instanceProfileName, context)))
        }
    }
}
