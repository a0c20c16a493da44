internal import LambdaAPI
internal import Model
internal import Store
internal import WireProtocol

extension LambdaHandlers {
    /// By name; with `FunctionVersion=ALL` every version, `$LATEST` first.
    func listFunctions(
        _ input: Lambda.ListFunctionsRequest, _ context: RequestContext
    ) async throws -> Lambda.ListFunctionsResponse {
        if let region = input.masterRegion, region != "ALL", region != context.scope.region {
            throw Lambda.Errors.invalidParameterValueException(
                "MasterRegion \(region) is not supported: there is no Lambda@Edge.")
        }
        let all: [Lambda.FunctionConfiguration] = try await self.store.read { snapshot in
            let latest = try snapshot.latestFunctionVersions(region: context.scope.region)
            guard input.functionVersion == .all else {
                return try latest.map { try FunctionRecord($0).described(in: context.scope, qualifier: nil) }
            }
            return try latest.flatMap { try snapshot.functionVersions(region: $0.region, name: $0.name) }.map {
                try FunctionRecord($0).described(in: context.scope, qualifier: $0.version)
            }
        }
        let page = try Page(all, marker: input.marker, limit: input.maxItems) { "\($0.functionArn ?? "")" }
        return Lambda.ListFunctionsResponse(nextMarker: page.next, functions: page.items)
    }
}
