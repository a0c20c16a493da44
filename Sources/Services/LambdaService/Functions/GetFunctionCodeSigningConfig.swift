internal import LambdaAPI
internal import Store
internal import WireProtocol

extension LambdaHandlers {
    /// No function has one: code signing is refused at creation. Terraform asks for every zip function.
    func getFunctionCodeSigningConfig(
        _ input: Lambda.GetFunctionCodeSigningConfigRequest, _ context: RequestContext
    ) async throws -> Lambda.GetFunctionCodeSigningConfigResponse {
        let reference = try FunctionReference(input.functionName)
        let function = try await self.store.read { try $0.sharedFunction(reference, in: context.scope) }
        return Lambda.GetFunctionCodeSigningConfigResponse(codeSigningConfigArn: "", functionName: function.name)
    }
}
