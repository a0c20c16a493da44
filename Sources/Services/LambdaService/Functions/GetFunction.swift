internal import FunctionRuntime
internal import LambdaAPI
internal import Model
internal import Store
internal import WireProtocol

extension LambdaHandlers {
    func getFunction(_ input: Lambda.GetFunctionRequest, _ context: RequestContext) async throws
        -> Lambda.GetFunctionResponse
    {
        let reference = try FunctionReference(input.functionName, qualifier: input.qualifier)
        let endpoint = self.endpoint(for: context)
        let now = self.clock.now()
        return try await self.store.read { snapshot in
            let record = try snapshot.functionRecord(reference, in: context.scope)
            let shared = try snapshot.sharedFunction(reference, in: context.scope)
            return Lambda.GetFunctionResponse(
                configuration: record.described(in: context.scope, qualifier: reference.qualifier),
                code: Lambda.FunctionCodeLocation(
                    repositoryType: "S3", location: endpoint + self.links.path(of: record.stored.codeSHA, at: now)),
                tags: try Tags.decode(shared.tags),
                concurrency: shared.reservedConcurrency.map { Lambda.Concurrency(reservedConcurrentExecutions: $0) })
        }
    }

    /// The API as the caller reached it: its own address may be of no use elsewhere.
    private func endpoint(for context: RequestContext) -> String {
        guard let host = context.host else { return self.endpoint }
        return (self.endpoint.hasPrefix("https:") ? "https://" : "http://") + host
    }

    func getFunctionConfiguration(
        _ input: Lambda.GetFunctionConfigurationRequest, _ context: RequestContext
    ) async throws -> Lambda.FunctionConfiguration {
        let reference = try FunctionReference(input.functionName, qualifier: input.qualifier)
        return try await self.store.read { snapshot in
            try snapshot.functionRecord(reference, in: context.scope).described(
                in: context.scope, qualifier: reference.qualifier)
        }
    }
}
