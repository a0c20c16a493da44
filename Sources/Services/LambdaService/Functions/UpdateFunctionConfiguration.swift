internal import LambdaAPI
internal import Model
internal import Store
internal import WireProtocol

extension LambdaHandlers {
    /// Members that are absent stay as they are; `Environment` is replaced as a whole.
    func updateFunctionConfiguration(
        _ input: Lambda.UpdateFunctionConfigurationRequest, _ context: RequestContext
    ) async throws -> Lambda.FunctionConfiguration {
        let reference = try FunctionReference(input.functionName)
        try input.checkSupported()
        if let runtime = input.runtime { try FunctionRules.checkRuntime(runtime) }
        if let role = input.role { try FunctionRules.checkRole(role) }
        if let variables = input.environment?.variables { try FunctionRules.checkEnvironment(variables) }
        let now = self.clock.now()
        return try await self.store.write { transaction in
            var record = try transaction.functionRecord(FunctionReference(reference.name), in: context.scope)
            try requireRevision(input.revisionId, record.configuration.revisionId)
            record.apply(input)
            record.touch(at: now)
            try transaction.save(record.saved)
            return record.described(in: context.scope, qualifier: nil)
        }
    }
}

extension FunctionRecord {
    fileprivate mutating func apply(_ input: Lambda.UpdateFunctionConfigurationRequest) {
        if let role = input.role { self.configuration.role = role }
        if let handler = input.handler { self.configuration.handler = handler }
        if let description = input.description { self.configuration.description = description }
        if let timeout = input.timeout { self.configuration.timeout = timeout }
        if let memorySize = input.memorySize { self.configuration.memorySize = memorySize }
        if let runtime = input.runtime { self.configuration.runtime = runtime }
        if let storage = input.ephemeralStorage { self.configuration.ephemeralStorage = storage }
        if let logGroup = input.loggingConfig?.logGroup { self.configuration.loggingConfig?.logGroup = logGroup }
        if let environment = input.environment {
            let variables = environment.variables ?? [:]
            self.configuration.environment = variables.isEmpty ? nil : Lambda.EnvironmentResponse(variables: variables)
        }
    }
}
