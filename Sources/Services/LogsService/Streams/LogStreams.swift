internal import LogsAPI
internal import Model
internal import Store
internal import WireProtocol

extension LogsHandlers {
    func createLogStream(_ input: Logs.CreateLogStreamRequest, _ context: RequestContext) async throws -> EmptyShape {
        let now = self.clock.now()
        try await self.store.write { transaction in
            let group = try transaction.existingLogGroup(input.logGroupName, in: context.scope)
            guard try transaction.logStream(groupID: group.id, name: input.logStreamName) == nil else {
                throw Logs.Errors.resourceAlreadyExistsException("The specified log stream already exists")
            }
            try transaction.insertLogStream(groupID: group.id, name: input.logStreamName, createdAt: now)
        }
        return EmptyShape()
    }

    func deleteLogStream(_ input: Logs.DeleteLogStreamRequest, _ context: RequestContext) async throws -> EmptyShape {
        try await self.store.write { transaction in
            let group = try transaction.existingLogGroup(input.logGroupName, in: context.scope)
            try transaction.deleteLogStream(transaction.existingLogStream(input.logStreamName, of: group))
        }
        return EmptyShape()
    }

    func describeLogStreams(
        _ input: Logs.DescribeLogStreamsRequest, _ context: RequestContext
    ) async throws -> Logs.DescribeLogStreamsResponse {
        let name = try LogGroupReference.name(input.logGroupName, identifier: input.logGroupIdentifier)
        guard input.orderBy != .lastEventTime || input.logStreamNamePrefix == nil else {
            throw Logs.Errors.invalidParameterException("Cannot order by LastEventTime with a logStreamNamePrefix.")
        }
        let all = try await self.store.read { snapshot in
            try snapshot.logStreams(groupID: snapshot.existingLogGroup(name, in: context.scope).id)
        }
        var streams = all.filter { stream in input.logStreamNamePrefix.map { stream.name.hasPrefix($0) } ?? true }
        if input.orderBy == .lastEventTime {
            streams.sort { ($0.lastEventAt ?? .epoch, $0.name) < ($1.lastEventAt ?? .epoch, $1.name) }
        }
        if input.descending == true { streams.reverse() }
        let page = try Page(streams, token: input.nextToken, limit: input.limit) { $0.name }
        return Logs.DescribeLogStreamsResponse(
            logStreams: page.items.map { $0.described(group: name, in: context.scope) }, nextToken: page.next)
    }
}

extension StoredLogStream {
    fileprivate func described(group: String, in scope: Scope) -> Logs.LogStream {
        Logs.LogStream(
            logStreamName: self.name, creationTime: Int(self.createdAt.milliseconds),
            firstEventTimestamp: self.firstEventAt.map { Int($0.milliseconds) },
            lastEventTimestamp: self.lastEventAt.map { Int($0.milliseconds) },
            lastIngestionTime: self.lastIngestedAt.map { Int($0.milliseconds) },
            uploadSequenceToken: self.lastIngestedAt.map { _ in PutLogEventsToken.value },
            arn: scope.arn("logs", "log-group:\(group):log-stream:\(self.name)").description, storedBytes: 0)
    }
}

/// Sequence tokens are no longer looked at, but clients expect one.
enum PutLogEventsToken {
    static let value = "49039859621610276123472961254125612540100000000000000000"
}
