internal import CloudWatchAPI
internal import Model
internal import Store
internal import WireProtocol

extension CloudWatchHandlers {
    func listTagsForResource(_ input: CloudWatch.ListTagsForResourceInput, _ context: RequestContext) async throws
        -> CloudWatch.ListTagsForResourceOutput
    {
        let name = try AlarmTags.alarm(input.resourceARN, in: context.scope)
        let tags = try await self.store.read { try AlarmTags.decode($0.taggedAlarm(name, in: context.scope).tags) }
        return CloudWatch.ListTagsForResourceOutput(
            tags: tags.sorted { $0.key < $1.key }.map { CloudWatch.Tag(key: $0.key, value: $0.value) })
    }

    func tagResource(_ input: CloudWatch.TagResourceInput, _ context: RequestContext) async throws
        -> CloudWatch.TagResourceOutput
    {
        let added = try AlarmTags.read(input.tags)
        try await self.changeTags(of: input.resourceARN, context) { $0.merge(added) { $1 } }
        return CloudWatch.TagResourceOutput()
    }

    func untagResource(_ input: CloudWatch.UntagResourceInput, _ context: RequestContext) async throws
        -> CloudWatch.UntagResourceOutput
    {
        try await self.changeTags(of: input.resourceARN, context) { tags in
            for key in input.tagKeys { tags[key] = nil }
        }
        return CloudWatch.UntagResourceOutput()
    }

    private func changeTags(
        of arn: String, _ context: RequestContext, _ change: @escaping @Sendable (inout [String: String]) -> Void
    ) async throws {
        let name = try AlarmTags.alarm(arn, in: context.scope)
        try await self.store.write { transaction in
            var alarm = try transaction.taggedAlarm(name, in: context.scope)
            var tags = try AlarmTags.decode(alarm.tags)
            change(&tags)
            try AlarmTags.checkCount(tags)
            alarm.tags = AlarmTags.encode(tags)
            try transaction.save(alarm)
        }
    }
}

extension StoreSnapshot {
    /// - Throws: `ResourceNotFoundException`.
    fileprivate func taggedAlarm(_ name: String, in scope: Scope) throws -> StoredAlarm {
        guard let alarm = try self.alarm(region: scope.region, name: name) else {
            throw CloudWatch.Errors.resourceNotFoundException(
                "Alarm \(name) does not exist.", resourceType: "AWS::CloudWatch::Alarm", resourceId: name)
        }
        return alarm
    }
}

/// Tags in their stored form: a JSON object, by name.
enum AlarmTags {
    private static let most = 50

    /// - Throws: `InvalidParameterValue` for a reserved or repeated key, or too many of them.
    static func read(_ tags: [CloudWatch.Tag]) throws -> [String: String] {
        var read: [String: String] = [:]
        for tag in tags {
            guard !tag.key.lowercased().hasPrefix("aws:") else {
                throw CloudWatch.Errors.invalidParameterValueException(
                    "The value \(tag.key) for parameter Tags is invalid: aws: prefixed tag key names are not allowed.")
            }
            guard read.updateValue(tag.value, forKey: tag.key) == nil else {
                throw CloudWatch.Errors.invalidParameterValueException("The tag key \(tag.key) is given twice.")
            }
        }
        try self.checkCount(read)
        return read
    }

    static func checkCount(_ tags: [String: String]) throws {
        guard tags.count <= self.most else {
            throw CloudWatch.Errors.invalidParameterValueException(
                "The collection Tags must not have a size greater than \(self.most).")
        }
    }

    static func encode(_ tags: [String: String]) -> String {
        JSONValue.object(tags.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }).text
    }

    static func decode(_ text: String) throws -> [String: String] {
        guard case .object(let members) = try JSONValue(parsing: text) else { return [:] }
        return Dictionary(members.map { ($0.name, $0.value.string ?? "") }) { $1 }
    }

    /// - Throws: `InvalidParameterValue` for anything but an alarm's ARN, `ResourceNotFoundException` for one that is elsewhere.
    static func alarm(_ text: String, in scope: Scope) throws -> String {
        guard let arn = ARN(text), arn.service == "cloudwatch", arn.resource.hasPrefix("alarm:") else {
            throw CloudWatch.Errors.invalidParameterValueException(
                "The value \(text) for parameter ResourceARN is invalid: only alarms have tags.")
        }
        let name = String(arn.resource.dropFirst("alarm:".count))
        guard arn.account == scope.account, arn.region == scope.region else {
            throw CloudWatch.Errors.resourceNotFoundException(
                "\(text) does not exist.", resourceType: "AWS::CloudWatch::Alarm", resourceId: name)
        }
        return name
    }
}
