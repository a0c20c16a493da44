internal import LambdaAPI
internal import Model
internal import Store
internal import WireProtocol

extension LambdaHandlers {
    func updateFunctionCode(
        _ input: Lambda.UpdateFunctionCodeRequest, _ context: RequestContext
    ) async throws -> Lambda.FunctionConfiguration {
        let reference = try FunctionReference(input.functionName)
        try input.checkSupported()
        _ = try await self.store.read { try $0.functionRecord(FunctionReference(reference.name), in: context.scope) }
        return try await FunctionCode.keep(input.zipFile, in: self.codes) { code in
            try await self.update(reference, to: code, input, context)
        }
    }

    private func update(
        _ reference: FunctionReference, to code: FunctionCode, _ input: Lambda.UpdateFunctionCodeRequest,
        _ context: RequestContext
    ) async throws -> Lambda.FunctionConfiguration {
        let now = self.clock.now()
        return try await self.store.write { transaction in
            var record = try transaction.functionRecord(FunctionReference(reference.name), in: context.scope)
            try requireRevision(input.revisionId, record.configuration.revisionId)
            record.stored.codeSHA = code.sha
            record.configuration.codeSha256 = code.base64SHA
            record.configuration.codeSize = code.size
            if let architectures = input.architectures { record.configuration.architectures = architectures }
            guard input.dryRun != true else { return record.described(in: context.scope, qualifier: nil) }
            record.touch(at: now)
            try transaction.save(record.saved)
            guard input.publish == true else { return record.described(in: context.scope, qualifier: nil) }
            return try transaction.publish(reference, description: nil, in: context.scope, at: now)
        }
    }
}
