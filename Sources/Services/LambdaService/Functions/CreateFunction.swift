internal import LambdaAPI
internal import Model
internal import Store
internal import WireProtocol

extension LambdaHandlers {
    /// The code is unpacked before the function exists, so that it is `Active` from the start.
    func createFunction(
        _ input: Lambda.CreateFunctionRequest, _ context: RequestContext
    ) async throws -> Lambda.FunctionConfiguration {
        let reference = try FunctionReference(input.functionName)
        try input.checkSupported()
        guard let runtime = input.runtime else {
            throw Lambda.Errors.invalidParameterValueException(
                "Runtime is mandatory for functions created with deployment packages.")
        }
        guard let handler = input.handler, !handler.isEmpty else {
            throw Lambda.Errors.invalidParameterValueException(
                "Handler is mandatory for functions created with deployment packages.")
        }
        try FunctionRules.checkRuntime(runtime)
        try FunctionRules.checkRole(input.role)
        try FunctionRules.checkEnvironment(input.environment?.variables ?? [:])
        return try await FunctionCode.keep(input.code.zipFile, in: self.codes) { code in
            try await self.create(reference, runtime: runtime, handler: handler, code, input, context)
        }
    }

    private func create(
        _ reference: FunctionReference, runtime: Lambda.Runtime, handler: String, _ code: FunctionCode,
        _ input: Lambda.CreateFunctionRequest, _ context: RequestContext
    ) async throws -> Lambda.FunctionConfiguration {
        var configuration = Lambda.FunctionConfiguration(
            functionName: reference.name, runtime: runtime, role: input.role, handler: handler)
        configuration.codeSize = code.size
        configuration.codeSha256 = code.base64SHA
        configuration.description = input.description ?? ""
        configuration.timeout = input.timeout ?? 3
        configuration.memorySize = input.memorySize ?? 128
        configuration.version = FunctionRecord.latest
        configuration.environment = input.environment?.variables.map { Lambda.EnvironmentResponse(variables: $0) }
        configuration.tracingConfig = Lambda.TracingConfigResponse(mode: .passThrough)
        configuration.state = .active
        configuration.packageType = .zip
        configuration.architectures = input.architectures ?? [.x8664]
        configuration.ephemeralStorage = input.ephemeralStorage ?? Lambda.EphemeralStorage(size: 512)
        configuration.snapStart = Lambda.SnapStartResponse(
            applyOn: Lambda.SnapStartApplyOn.none, optimizationStatus: .off)
        configuration.loggingConfig = Lambda.LoggingConfig(
            logFormat: .text, logGroup: input.loggingConfig?.logGroup ?? "/aws/lambda/\(reference.name)")
        var record = FunctionRecord(
            region: context.scope.region, name: reference.name, version: FunctionRecord.latest, codeSHA: code.sha,
            configuration: configuration)
        record.touch(at: self.clock.now())
        let created = record
        let now = self.clock.now()
        return try await self.store.write { transaction in
            guard try transaction.function(region: context.scope.region, name: reference.name) == nil else {
                throw Lambda.Errors.resourceConflictException("Function already exist: \(reference.name)")
            }
            try transaction.insert(
                StoredFunction(region: context.scope.region, name: reference.name, tags: Tags.encode(input.tags ?? [:]))
            )
            try transaction.save(created.saved)
            guard input.publish == true else { return created.described(in: context.scope, qualifier: nil) }
            return try transaction.publish(reference, description: nil, in: context.scope, at: now)
        }
    }
}
