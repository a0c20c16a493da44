internal import FunctionRuntime
internal import LambdaAPI
internal import Model
internal import Store
internal import WireProtocol

extension LambdaHandlers {
    func putFunctionConcurrency(
        _ input: Lambda.PutFunctionConcurrencyRequest, _ context: RequestContext
    ) async throws -> Lambda.Concurrency {
        try await self.setConcurrency(input.reservedConcurrentExecutions, of: input.functionName, context)
        return Lambda.Concurrency(reservedConcurrentExecutions: input.reservedConcurrentExecutions)
    }

    func deleteFunctionConcurrency(
        _ input: Lambda.DeleteFunctionConcurrencyRequest, _ context: RequestContext
    ) async throws -> EmptyShape {
        try await self.setConcurrency(nil, of: input.functionName, context)
        return EmptyShape()
    }

    func getFunctionConcurrency(
        _ input: Lambda.GetFunctionConcurrencyRequest, _ context: RequestContext
    ) async throws -> Lambda.GetFunctionConcurrencyResponse {
        let reference = try FunctionReference(input.functionName)
        let function = try await self.store.read { try $0.sharedFunction(reference, in: context.scope) }
        return Lambda.GetFunctionConcurrencyResponse(reservedConcurrentExecutions: function.reservedConcurrency)
    }

    private func setConcurrency(_ value: Int?, of name: String, _ context: RequestContext) async throws {
        let reference = try FunctionReference(name)
        try await self.store.write { transaction in
            var function = try transaction.sharedFunction(reference, in: context.scope)
            function.reservedConcurrency = value
            try transaction.update(function)
        }
    }

    func getAccountSettings(
        _ input: Lambda.GetAccountSettingsRequest, _ context: RequestContext
    ) async throws -> Lambda.GetAccountSettingsResponse {
        let limit = self.pool.maximumEnvironments
        return try await self.store.read { snapshot in
            let functions = try snapshot.latestFunctionVersions(region: context.scope.region)
            let versions = try functions.flatMap { try snapshot.functionVersions(region: $0.region, name: $0.name) }
            let reserved = try functions.compactMap {
                try snapshot.function(region: $0.region, name: $0.name)?.reservedConcurrency
            }
            return Lambda.GetAccountSettingsResponse(
                accountLimit: Lambda.AccountLimit(
                    totalCodeSize: 80_530_636_800, codeSizeUnzipped: 262_144_000, codeSizeZipped: 52_428_800,
                    concurrentExecutions: limit,
                    unreservedConcurrentExecutions: max(0, limit - reserved.reduce(0, +))),
                accountUsage: Lambda.AccountUsage(
                    totalCodeSize: try versions.reduce(0) { try $0 + (FunctionRecord($1).configuration.codeSize ?? 0) },
                    functionCount: functions.count))
        }
    }
}
