internal import FunctionRuntime
internal import LambdaAPI
internal import Store
internal import WireProtocol

extension LambdaHandlers {
    func getFunction(_ input: Lambda.GetFunctionRequest, _ context: RequestContext) async throws
        -> Lambda.GetFunctionResponse
    {
        let reference = try FunctionReference(input.functionName, qualifier: input.qualifier)
        return try await self.store.read { snapshot in
            let record = try snapshot.functionRecord(reference, in: context.scope)
            let shared = try snapshot.sharedFunction(reference, in: context.scope)
            return Lambda.GetFunctionResponse(
                configuration: record.described(in: context.scope, qualifier: reference.qualifier),
                code: Lambda.FunctionCodeLocation(
                    repositoryType: "S3", location: "file://" + self.codes.archivePath(of: record.stored.codeSHA)),
                tags: try Tags.decode(shared.tags),
                concurrency: shared.reservedConcurrency.map { Lambda.Concurrency(reservedConcurrentExecutions: $0) })
        }
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
