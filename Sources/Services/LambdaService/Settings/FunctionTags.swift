internal import LambdaAPI
internal import Model
internal import Store
internal import WireProtocol

extension LambdaHandlers {
    func listTags(_ input: Lambda.ListTagsRequest, _ context: RequestContext) async throws -> Lambda.ListTagsResponse {
        let reference = try Self.taggedFunction(input.resource)
        return try await self.store.read {
            Lambda.ListTagsResponse(tags: try Tags.decode($0.sharedFunction(reference, in: context.scope).tags))
        }
    }

    func tagResource(_ input: Lambda.TagResourceRequest, _ context: RequestContext) async throws -> EmptyShape {
        try await self.changeTags(of: input.resource, context) { $0.merge(input.tags) { $1 } }
    }

    func untagResource(_ input: Lambda.UntagResourceRequest, _ context: RequestContext) async throws -> EmptyShape {
        try await self.changeTags(of: input.resource, context) { tags in
            for key in input.tagKeys { tags[key] = nil }
        }
    }

    private func changeTags(
        of resource: String, _ context: RequestContext, _ change: @escaping @Sendable (inout [String: String]) -> Void
    ) async throws -> EmptyShape {
        let reference = try Self.taggedFunction(resource)
        try await self.store.write { transaction in
            var function = try transaction.sharedFunction(reference, in: context.scope)
            var tags = try Tags.decode(function.tags)
            change(&tags)
            guard tags.count <= 50 else {
                throw Lambda.Errors.invalidParameterValueException("Number of tags exceeds the limit of 50.")
            }
            function.tags = Tags.encode(tags)
            try transaction.update(function)
        }
        return EmptyShape()
    }

    /// Functions as a whole have tags; their versions and aliases have none.
    private static func taggedFunction(_ resource: String) throws -> FunctionReference {
        guard let arn = ARN(resource), arn.service == "lambda", arn.resource.hasPrefix("function:") else {
            throw Lambda.Errors.invalidParameterValueException("\(resource) is not the ARN of a function.")
        }
        let reference = try FunctionReference(resource)
        guard reference.qualifier == nil else {
            throw Lambda.Errors.invalidParameterValueException(
                "Tags on function aliases and versions are not supported.")
        }
        return reference
    }
}
