internal import FunctionRuntime
internal import LambdaAPI
internal import Model
internal import Store
internal import WireProtocol

extension LambdaHandlers {
    /// The whole function, or one published version of it that no alias names.
    func deleteFunction(
        _ input: Lambda.DeleteFunctionRequest, _ context: RequestContext
    ) async throws -> Lambda.DeleteFunctionResponse {
        let reference = try FunctionReference(input.functionName, qualifier: input.qualifier)
        let region = context.scope.region
        try await self.store.write { transaction in
            guard let version = reference.qualifier else {
                _ = try transaction.sharedFunction(reference, in: context.scope)
                try transaction.deleteFunction(region: region, name: reference.name)
                return
            }
            guard version != FunctionRecord.latest, Int(version) != nil else {
                throw Lambda.Errors.invalidParameterValueException(
                    version == FunctionRecord.latest
                        ? "$LATEST version cannot be deleted without deleting the function."
                        : "Deletion of aliases is not currently supported.")
            }
            _ = try transaction.functionRecord(reference, in: context.scope)
            let aliases = try transaction.functionAliases(region: region, name: reference.name).filter {
                $0.version == version
            }
            guard aliases.isEmpty else {
                let names = aliases.map(\.alias).joined(separator: ", ")
                throw Lambda.Errors.resourceConflictException(
                    "Version \(version) of function \(reference.name) cannot be deleted: it is referenced by alias \(names)"
                )
            }
            try transaction.deleteFunctionVersion(region: region, name: reference.name, version: version)
        }
        self.pool.retire(context.scope.arn("lambda", "function:\(reference.name)"))
        return Lambda.DeleteFunctionResponse(statusCode: 204)
    }
}
