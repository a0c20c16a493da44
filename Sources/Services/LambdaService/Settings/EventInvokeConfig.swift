internal import LambdaAPI
internal import Model
internal import Store
internal import WireProtocol

extension LambdaHandlers {
    /// Replaces the whole setting.
    func putFunctionEventInvokeConfig(
        _ input: Lambda.PutFunctionEventInvokeConfigRequest, _ context: RequestContext
    ) async throws -> Lambda.FunctionEventInvokeConfig {
        try Self.refuseDestinations(input.destinationConfig)
        return try await self.saveEventInvokeConfig(
            FunctionReference(input.functionName, qualifier: input.qualifier), context
        ) { config, _ in
            config.maximumRetries = input.maximumRetryAttempts
            config.maximumAge = input.maximumEventAgeInSeconds
        }
    }

    /// Changes what is given, and keeps the rest.
    func updateFunctionEventInvokeConfig(
        _ input: Lambda.UpdateFunctionEventInvokeConfigRequest, _ context: RequestContext
    ) async throws -> Lambda.FunctionEventInvokeConfig {
        try Self.refuseDestinations(input.destinationConfig)
        let reference = try FunctionReference(input.functionName, qualifier: input.qualifier)
        return try await self.saveEventInvokeConfig(reference, context) { config, existed in
            guard existed else { throw Self.noEventInvokeConfig(reference, context) }
            if let retries = input.maximumRetryAttempts { config.maximumRetries = retries }
            if let age = input.maximumEventAgeInSeconds { config.maximumAge = age }
        }
    }

    func getFunctionEventInvokeConfig(
        _ input: Lambda.GetFunctionEventInvokeConfigRequest, _ context: RequestContext
    ) async throws -> Lambda.FunctionEventInvokeConfig {
        let reference = try FunctionReference(input.functionName, qualifier: input.qualifier)
        let config = try await self.store.read { snapshot in
            _ = try snapshot.functionRecord(reference, in: context.scope)
            return try snapshot.eventInvokeConfig(
                region: context.scope.region, name: reference.name,
                qualifier: reference.qualifier ?? FunctionRecord.latest)
        }
        guard let config else { throw Self.noEventInvokeConfig(reference, context) }
        return config.described(in: context.scope)
    }

    func deleteFunctionEventInvokeConfig(
        _ input: Lambda.DeleteFunctionEventInvokeConfigRequest, _ context: RequestContext
    ) async throws -> EmptyShape {
        let reference = try FunctionReference(input.functionName, qualifier: input.qualifier)
        let qualifier = reference.qualifier ?? FunctionRecord.latest
        try await self.store.write { transaction in
            let region = context.scope.region
            guard try transaction.eventInvokeConfig(region: region, name: reference.name, qualifier: qualifier) != nil
            else {
                throw Self.noEventInvokeConfig(reference, context)
            }
            try transaction.deleteEventInvokeConfig(region: region, name: reference.name, qualifier: qualifier)
        }
        return EmptyShape()
    }

    private func saveEventInvokeConfig(
        _ reference: FunctionReference, _ context: RequestContext,
        _ change: @escaping @Sendable (inout StoredEventInvokeConfig, _ existed: Bool) throws -> Void
    ) async throws -> Lambda.FunctionEventInvokeConfig {
        let now = self.clock.now()
        return try await self.store.write { transaction in
            _ = try transaction.functionRecord(reference, in: context.scope)
            let region = context.scope.region
            let qualifier = reference.qualifier ?? FunctionRecord.latest
            let existing = try transaction.eventInvokeConfig(region: region, name: reference.name, qualifier: qualifier)
            var config =
                existing
                ?? StoredEventInvokeConfig(
                    region: region, name: reference.name, qualifier: qualifier, maximumRetries: nil, maximumAge: nil,
                    modifiedAt: now)
            try change(&config, existing != nil)
            config.modifiedAt = now
            try transaction.save(config)
            return config.described(in: context.scope)
        }
    }

    private static func refuseDestinations(_ destinations: Lambda.DestinationConfig?) throws {
        var unsupported = Unsupported()
        unsupported.refuse("DestinationConfig.OnSuccess", if: destinations?.onSuccess?.destination != nil)
        unsupported.refuse("DestinationConfig.OnFailure", if: destinations?.onFailure?.destination != nil)
        try unsupported.check()
    }

    private static func noEventInvokeConfig(_ reference: FunctionReference, _ context: RequestContext) -> AWSError {
        Lambda.Errors.resourceNotFoundException(
            "The function \(reference.arn(in: context.scope)) doesn't have an EventInvokeConfig")
    }
}

extension StoredEventInvokeConfig {
    fileprivate func described(in scope: Scope) -> Lambda.FunctionEventInvokeConfig {
        Lambda.FunctionEventInvokeConfig(
            lastModified: self.modifiedAt,
            functionArn: scope.arn("lambda", "function:\(self.name):\(self.qualifier)").description,
            maximumRetryAttempts: self.maximumRetries, maximumEventAgeInSeconds: self.maximumAge,
            destinationConfig: Lambda.DestinationConfig(onSuccess: Lambda.OnSuccess(), onFailure: Lambda.OnFailure()))
    }
}
