internal import LambdaAPI
internal import Model
internal import Store
internal import WireProtocol

extension LambdaHandlers {
    func createAlias(_ input: Lambda.CreateAliasRequest, _ context: RequestContext) async throws
        -> Lambda.AliasConfiguration
    {
        let reference = try FunctionReference(input.functionName)
        try Self.refuseRouting(input.routingConfig)
        return try await self.store.write { transaction in
            _ = try transaction.functionRecord(
                FunctionReference(reference.name, qualifier: input.functionVersion), in: context.scope)
            guard
                try transaction.functionAlias(region: context.scope.region, name: reference.name, alias: input.name)
                    == nil
            else {
                throw Lambda.Errors.resourceConflictException(
                    "Alias already exists: \(context.scope.arn("lambda", "function:\(reference.name):\(input.name)"))")
            }
            let alias = StoredFunctionAlias(
                region: context.scope.region, name: reference.name, alias: input.name, version: input.functionVersion,
                description: input.description ?? "", revisionID: Identifiers.uuid())
            try transaction.save(alias)
            return alias.described(in: context.scope)
        }
    }

    func updateAlias(_ input: Lambda.UpdateAliasRequest, _ context: RequestContext) async throws
        -> Lambda.AliasConfiguration
    {
        let reference = try FunctionReference(input.functionName)
        try Self.refuseRouting(input.routingConfig)
        return try await self.store.write { transaction in
            var alias = try transaction.alias(input.name, of: reference, in: context.scope)
            try requireRevision(input.revisionId, alias.revisionID)
            if let version = input.functionVersion {
                _ = try transaction.functionRecord(
                    FunctionReference(reference.name, qualifier: version), in: context.scope)
                alias.version = version
            }
            if let description = input.description { alias.description = description }
            alias.revisionID = Identifiers.uuid()
            try transaction.save(alias)
            return alias.described(in: context.scope)
        }
    }

    func getAlias(_ input: Lambda.GetAliasRequest, _ context: RequestContext) async throws -> Lambda.AliasConfiguration
    {
        let reference = try FunctionReference(input.functionName)
        return try await self.store.read {
            try $0.alias(input.name, of: reference, in: context.scope).described(in: context.scope)
        }
    }

    /// Deleting an alias that does not exist succeeds, as long as its function does.
    func deleteAlias(_ input: Lambda.DeleteAliasRequest, _ context: RequestContext) async throws -> EmptyShape {
        let reference = try FunctionReference(input.functionName)
        try await self.store.write { transaction in
            _ = try transaction.sharedFunction(reference, in: context.scope)
            try transaction.deleteFunctionAlias(region: context.scope.region, name: reference.name, alias: input.name)
        }
        return EmptyShape()
    }

    func listAliases(_ input: Lambda.ListAliasesRequest, _ context: RequestContext) async throws
        -> Lambda.ListAliasesResponse
    {
        let reference = try FunctionReference(input.functionName)
        let aliases = try await self.store.read { snapshot in
            _ = try snapshot.sharedFunction(reference, in: context.scope)
            return try snapshot.functionAliases(region: context.scope.region, name: reference.name)
        }
        let wanted = aliases.filter { input.functionVersion == nil || $0.version == input.functionVersion }
        let page = try Page(wanted, marker: input.marker, limit: input.maxItems) { $0.alias }
        return Lambda.ListAliasesResponse(
            nextMarker: page.next, aliases: page.items.map { $0.described(in: context.scope) })
    }

    private static func refuseRouting(_ routing: Lambda.AliasRoutingConfiguration?) throws {
        var unsupported = Unsupported()
        unsupported.refuse("RoutingConfig", if: routing?.additionalVersionWeights?.isEmpty == false)
        try unsupported.check()
    }
}

extension StoreSnapshot {
    fileprivate func alias(_ name: String, of reference: FunctionReference, in scope: Scope) throws
        -> StoredFunctionAlias
    {
        _ = try self.sharedFunction(reference, in: scope)
        guard let alias = try self.functionAlias(region: scope.region, name: reference.name, alias: name) else {
            throw Lambda.Errors.resourceNotFoundException(
                "Cannot find alias arn: \(scope.arn("lambda", "function:\(reference.name):\(name)"))")
        }
        return alias
    }
}

extension StoredFunctionAlias {
    fileprivate func described(in scope: Scope) -> Lambda.AliasConfiguration {
        Lambda.AliasConfiguration(
            aliasArn: scope.arn("lambda", "function:\(self.name):\(self.alias)").description, name: self.alias,
            functionVersion: self.version, description: self.description, revisionId: self.revisionID)
    }
}
