internal import LogsAPI
internal import Model
internal import Store
internal import WireProtocol

extension LogsHandlers {
    func listTagsForResource(
        _ input: Logs.ListTagsForResourceRequest, _ context: RequestContext
    ) async throws -> Logs.ListTagsForResourceResponse {
        Logs.ListTagsForResourceResponse(tags: try await self.tags(of: Self.group(input.resourceArn), context))
    }

    func tagResource(_ input: Logs.TagResourceRequest, _ context: RequestContext) async throws -> EmptyShape {
        try await self.changeTags(of: Self.group(input.resourceArn), context) { $0.merge(input.tags) { $1 } }
    }

    func untagResource(_ input: Logs.UntagResourceRequest, _ context: RequestContext) async throws -> EmptyShape {
        try await self.changeTags(of: Self.group(input.resourceArn), context) { tags in
            for key in input.tagKeys { tags[key] = nil }
        }
    }

    // The three older operations name the group instead of its ARN.

    func listTagsLogGroup(
        _ input: Logs.ListTagsLogGroupRequest, _ context: RequestContext
    ) async throws -> Logs.ListTagsLogGroupResponse {
        Logs.ListTagsLogGroupResponse(tags: try await self.tags(of: input.logGroupName, context))
    }

    func tagLogGroup(_ input: Logs.TagLogGroupRequest, _ context: RequestContext) async throws -> EmptyShape {
        try await self.changeTags(of: input.logGroupName, context) { $0.merge(input.tags) { $1 } }
    }

    func untagLogGroup(_ input: Logs.UntagLogGroupRequest, _ context: RequestContext) async throws -> EmptyShape {
        try await self.changeTags(of: input.logGroupName, context) { tags in
            for key in input.tags { tags[key] = nil }
        }
    }

    private static func group(_ arn: String) throws -> String {
        guard arn.hasPrefix("arn:") else { throw Logs.Errors.invalidParameterException("\(arn) is not an ARN.") }
        return try LogGroupReference.name(of: arn)
    }

    private func tags(of group: String, _ context: RequestContext) async throws -> [String: String] {
        try await self.store.read { try Tags.decode($0.existingLogGroup(group, in: context.scope).tags) }
    }

    private func changeTags(
        of group: String, _ context: RequestContext, _ change: @escaping @Sendable (inout [String: String]) -> Void
    ) async throws -> EmptyShape {
        try await self.store.write { transaction in
            let group = try transaction.existingLogGroup(group, in: context.scope)
            var tags = try Tags.decode(group.tags)
            change(&tags)
            guard tags.count <= 50 else {
                throw Logs.Errors.tooManyTagsException(
                    "A log group can have at most 50 tags.", resourceName: group.name)
            }
            try transaction.setTags(Tags.encode(tags), ofLogGroup: group.id)
        }
        return EmptyShape()
    }
}

/// Tags in their stored form: a JSON object, by name.
enum Tags {
    static func encode(_ tags: [String: String]) -> String {
        JSONValue.object(tags.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }).text
    }

    static func decode(_ text: String) throws -> [String: String] {
        guard case .object(let members) = try JSONValue(parsing: text) else { return [:] }
        return Dictionary(members.map { ($0.name, $0.value.string ?? "") }) { $1 }
    }
}
