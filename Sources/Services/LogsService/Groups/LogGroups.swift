internal import LogsAPI
internal import Model
internal import Store
internal import WireProtocol

extension LogsHandlers {
    func createLogGroup(_ input: Logs.CreateLogGroupRequest, _ context: RequestContext) async throws -> EmptyShape {
        guard input.kmsKeyId == nil else {
            throw Logs.Errors.invalidParameterException(
                "kmsKeyId is not supported: log events are not encrypted at rest.")
        }
        guard !input.logGroupName.hasPrefix("aws/") else {
            throw Logs.Errors.invalidParameterException("Log groups starting with AWS/ are reserved for AWS.")
        }
        let now = self.clock.now()
        try await self.store.write { transaction in
            guard try transaction.logGroup(region: context.scope.region, name: input.logGroupName) == nil else {
                throw Logs.Errors.resourceAlreadyExistsException("The specified log group already exists")
            }
            try transaction.insertLogGroup(
                region: context.scope.region, name: input.logGroupName, createdAt: now,
                logGroupClass: input.logGroupClass?.rawValue ?? "STANDARD",
                isDeletionProtected: input.deletionProtectionEnabled ?? false, tags: Tags.encode(input.tags ?? [:]))
        }
        return EmptyShape()
    }

    func deleteLogGroup(_ input: Logs.DeleteLogGroupRequest, _ context: RequestContext) async throws -> EmptyShape {
        try await self.store.write { transaction in
            let group = try transaction.existingLogGroup(input.logGroupName, in: context.scope)
            guard !group.isDeletionProtected else {
                throw Logs.Errors.validationException("The log group \(group.name) is protected from deletion.")
            }
            try transaction.deleteLogGroup(id: group.id)
        }
        return EmptyShape()
    }

    func describeLogGroups(
        _ input: Logs.DescribeLogGroupsRequest, _ context: RequestContext
    ) async throws -> Logs.DescribeLogGroupsResponse {
        guard input.includeLinkedAccounts != true, input.accountIdentifiers?.isEmpty != false else {
            throw Logs.Errors.invalidParameterException("Linked accounts are not supported.")
        }
        guard input.logGroupNamePrefix == nil || input.logGroupNamePattern == nil else {
            throw Logs.Errors.invalidParameterException(
                "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
        }
        let names = try input.logGroupIdentifiers.map { Set(try $0.map(LogGroupReference.name(of:))) }
        let pattern = input.logGroupNamePattern?.lowercased()
        let groups = try await self.store.read { try $0.logGroups(region: context.scope.region) }.filter { group in
            (input.logGroupNamePrefix.map { group.name.hasPrefix($0) } ?? true)
                && (pattern.map { group.name.lowercased().containsBytes(of: $0) } ?? true)
                && (input.logGroupClass.map { $0.rawValue == group.logGroupClass } ?? true)
                && (names.map { $0.contains(group.name) } ?? true)
        }
        let page = try Page(groups, token: input.nextToken, limit: input.limit) { $0.name }
        return Logs.DescribeLogGroupsResponse(
            logGroups: page.items.map { $0.described(in: context.scope) }, nextToken: page.next)
    }
}

extension StoredLogGroup {
    fileprivate func described(in scope: Scope) -> Logs.LogGroup {
        let arn = scope.arn("logs", "log-group:\(self.name)").description
        return Logs.LogGroup(
            logGroupName: self.name, creationTime: Int(self.createdAt.milliseconds),
            retentionInDays: self.retentionDays,
            metricFilterCount: 0, arn: arn + ":*", storedBytes: self.storedBytes,
            logGroupClass: Logs.LogGroupClass(rawValue: self.logGroupClass), logGroupArn: arn,
            deletionProtectionEnabled: self.isDeletionProtected)
    }
}
