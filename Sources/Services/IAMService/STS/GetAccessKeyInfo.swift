internal import Model
internal import STSAPI
internal import WireProtocol

extension STSHandlers {
    /// Every key belongs to the one account.
    func getAccessKeyInfo(
        _ input: STS.GetAccessKeyInfo.Input, _ context: RequestContext
    ) async throws -> STS.GetAccessKeyInfo.Output {
        STS.GetAccessKeyInfo.Output(account: context.scope.account)
    }
}
