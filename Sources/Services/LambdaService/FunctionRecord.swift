internal import LambdaAPI
internal import Model
internal import Store
internal import WireProtocol

/// A version of a function with its configuration read.
struct FunctionRecord: Sendable {
    static let latest = "$LATEST"

    var stored: StoredFunctionVersion
    var configuration: Lambda.FunctionConfiguration

    init(_ stored: StoredFunctionVersion) throws {
        self.stored = stored
        self.configuration = try StoredShape.decode(Lambda.FunctionConfiguration.self, from: stored.body)
    }

    init(region: String, name: String, version: String, codeSHA: String, configuration: Lambda.FunctionConfiguration) {
        self.configuration = configuration
        self.stored = StoredFunctionVersion(
            region: region, name: name, version: version, codeSHA: codeSHA, body: StoredShape.encode(configuration))
    }

    /// The stored form of the changed configuration.
    var saved: StoredFunctionVersion {
        var stored = self.stored
        stored.body = StoredShape.encode(self.configuration)
        return stored
    }

    /// The configuration as replies show it, under the ARN with the given qualifier.
    func described(in scope: Scope, qualifier: String?) -> Lambda.FunctionConfiguration {
        var described = self.configuration
        let suffix = qualifier.map { ":\($0)" } ?? ""
        described.functionArn = scope.arn("lambda", "function:\(self.stored.name)\(suffix)").description
        described.version = self.stored.version
        return described
    }

    /// Marks an update: a new revision at a new time.
    mutating func touch(at now: Timestamp) {
        self.configuration.revisionId = Identifiers.uuid()
        self.configuration.lastModified = Self.lastModified(now)
        self.configuration.lastUpdateStatus = .successful
    }

    /// `2026-11-20T10:00:00.000+0000`.
    static func lastModified(_ time: Timestamp) -> String { String(time.iso8601.dropLast()) + "+0000" }
}

extension StoreSnapshot {
    /// The version that a reference names, through an alias where it is one.
    /// - Throws: `ResourceNotFoundException`.
    func functionRecord(_ reference: FunctionReference, in scope: Scope) throws -> FunctionRecord {
        var version = reference.qualifier ?? FunctionRecord.latest
        if version != FunctionRecord.latest, Int(version) == nil {
            guard let alias = try self.functionAlias(region: scope.region, name: reference.name, alias: version) else {
                throw Self.functionNotFound(reference, in: scope)
            }
            version = alias.version
        }
        guard let stored = try self.functionVersion(region: scope.region, name: reference.name, version: version) else {
            throw Self.functionNotFound(reference, in: scope)
        }
        return try FunctionRecord(stored)
    }

    /// What all versions of the named function share.
    /// - Throws: `ResourceNotFoundException`.
    func sharedFunction(_ reference: FunctionReference, in scope: Scope) throws -> StoredFunction {
        guard let function = try self.function(region: scope.region, name: reference.name) else {
            throw Self.functionNotFound(reference, in: scope)
        }
        return function
    }

    private static func functionNotFound(_ reference: FunctionReference, in scope: Scope) -> AWSError {
        Lambda.Errors.resourceNotFoundException("Function not found: \(reference.arn(in: scope))")
    }
}

/// Refuses an update that was made from an older revision.
func requireRevision(_ expected: String?, _ current: String?) throws {
    guard let expected, expected != current else { return }
    throw Lambda.Errors.preconditionFailedException(
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the "
            + "latest Revision Id")
}
