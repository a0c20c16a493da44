internal import LogsAPI
internal import Model
internal import Store

/// Finds the group that a request names: by name, or by ARN with or without the trailing `:*`.
enum LogGroupReference {
    /// - Throws: `InvalidParameterException` unless exactly one of the two is given.
    static func name(_ name: String?, identifier: String?) throws -> String {
        switch (name, identifier) {
        case (let name?, nil): return name
        case (nil, let identifier?): return try Self.name(of: identifier)
        case (nil, nil), (.some, .some):
            throw Logs.Errors.invalidParameterException(
                "Exactly one of logGroupName and logGroupIdentifier must be given.")
        }
    }

    /// The name in an ARN or a plain name.
    static func name(of identifier: String) throws -> String {
        guard identifier.hasPrefix("arn:") else { return identifier }
        guard let arn = ARN(identifier), arn.service == "logs", arn.resource.hasPrefix("log-group:") else {
            throw Logs.Errors.invalidParameterException("\(identifier) is not the ARN of a log group.")
        }
        let name = arn.resource.dropFirst("log-group:".count)
        return String(name.hasSuffix(":*") ? name.dropLast(2) : name)
    }
}

extension LogSnapshot {
    /// - Throws: `ResourceNotFoundException`.
    func existingLogGroup(_ name: String, in scope: Scope) throws -> StoredLogGroup {
        guard let group = try self.logGroup(region: scope.region, name: name) else {
            throw Logs.Errors.resourceNotFoundException("The specified log group does not exist.")
        }
        return group
    }

    /// - Throws: `ResourceNotFoundException`.
    func existingLogStream(_ name: String, of group: StoredLogGroup) throws -> StoredLogStream {
        guard let stream = try self.logStream(groupID: group.id, name: name) else {
            throw Logs.Errors.resourceNotFoundException("The specified log stream does not exist.")
        }
        return stream
    }
}
