internal import LambdaAPI
internal import Model
internal import Store
internal import WireProtocol

extension LambdaHandlers {
    func publishVersion(
        _ input: Lambda.PublishVersionRequest, _ context: RequestContext
    ) async throws -> Lambda.FunctionConfiguration {
        let reference = try FunctionReference(input.functionName)
        var unsupported = Unsupported()
        unsupported.refuse("PublishTo", if: input.publishTo != nil)
        try unsupported.check()
        let now = self.clock.now()
        return try await self.store.write { transaction in
            let latest = try transaction.functionRecord(FunctionReference(reference.name), in: context.scope)
            try requireRevision(input.revisionId, latest.configuration.revisionId)
            let current = latest.configuration.codeSha256 ?? ""
            if let expected = input.codeSha256, !expected.isEmpty, expected != current {
                throw Lambda.Errors.invalidParameterValueException(
                    "CodeSHA256 (\(expected)) is different from current CodeSHA256 in $LATEST (\(current)). Please try again "
                        + "with the CodeSHA256 in $LATEST.")
            }
            return try transaction.publish(reference, description: input.description, in: context.scope, at: now)
        }
    }

    func listVersionsByFunction(
        _ input: Lambda.ListVersionsByFunctionRequest, _ context: RequestContext
    ) async throws -> Lambda.ListVersionsByFunctionResponse {
        let reference = try FunctionReference(input.functionName)
        let versions = try await self.store.read { snapshot in
            _ = try snapshot.sharedFunction(reference, in: context.scope)
            return try snapshot.functionVersions(region: context.scope.region, name: reference.name).map {
                try FunctionRecord($0).described(in: context.scope, qualifier: $0.version)
            }
        }
        let page = try Page(versions, marker: input.marker, limit: input.maxItems) { $0.version ?? "" }
        return Lambda.ListVersionsByFunctionResponse(nextMarker: page.next, versions: page.items)
    }
}

extension StoreTransaction {
    /// Makes a version of `$LATEST`, or returns the last one where nothing has changed since.
    func publish(
        _ reference: FunctionReference, description: String?, in scope: Scope, at now: Timestamp
    ) throws -> Lambda.FunctionConfiguration {
        var shared = try self.sharedFunction(reference, in: scope)
        let latest = try self.functionRecord(FunctionReference(reference.name), in: scope)
        let lastVersion = String(shared.lastVersion)
        if let stored = try self.functionVersion(region: scope.region, name: reference.name, version: lastVersion) {
            let last = try FunctionRecord(stored)
            if last.isSame(as: latest, description: description) {
                return last.described(in: scope, qualifier: lastVersion)
            }
        }
        shared.lastVersion += 1
        let version = String(shared.lastVersion)
        var configuration = latest.configuration
        configuration.version = version
        configuration.revisionId = Identifiers.uuid()
        configuration.lastModified = FunctionRecord.lastModified(now)
        if let description { configuration.description = description }
        let published = FunctionRecord(
            region: scope.region, name: reference.name, version: version, codeSHA: latest.stored.codeSHA,
            configuration: configuration)
        try self.update(shared)
        try self.save(published.stored)
        return published.described(in: scope, qualifier: version)
    }
}

extension FunctionRecord {
    /// Whether publishing `latest` would make the same version once more.
    fileprivate func isSame(as latest: FunctionRecord, description: String?) -> Bool {
        func comparable(_ record: FunctionRecord) -> Lambda.FunctionConfiguration {
            var configuration = record.configuration
            configuration.version = nil
            configuration.revisionId = nil
            configuration.lastModified = nil
            return configuration
        }
        var wanted = comparable(latest)
        if let description { wanted.description = description }
        return self.stored.codeSHA == latest.stored.codeSHA && comparable(self) == wanted
    }
}
