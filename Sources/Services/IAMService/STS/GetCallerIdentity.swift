internal import Model
internal import STSAPI
internal import WireProtocol

extension STSHandlers {
    /// Needs no permission. The identity is that of the key which signed the request.
    func getCallerIdentity(
        _ input: STS.GetCallerIdentity.Input, _ context: RequestContext
    ) async throws -> STS.GetCallerIdentity.Output {
        let identity = CallerIdentity(context.principal, in: context.scope)
        return STS.GetCallerIdentity.Output(userId: identity.userID, account: context.scope.account, arn: identity.arn)
    }
}
