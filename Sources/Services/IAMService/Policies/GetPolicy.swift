internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func getPolicy(_ input: IAM.GetPolicy.Input, _ context: RequestContext) async throws -> IAM.GetPolicy.Output {
        try await self.store.read { snapshot in
            let use = try snapshot.use(ofPolicy: input.policyArn, account: context.scope.account)
            if let managed = AWSManagedPolicy(arn: input.policyArn) { return .init(policy: managed.shape(use)) }
            return .init(policy: try snapshot.modifiablePolicy(input.policyArn).shape(use, for: .described))
        }
    }
}
