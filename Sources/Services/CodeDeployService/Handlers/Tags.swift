internal import CodeDeployAPI
internal import Model
internal import Store
internal import WireProtocol

extension CodeDeployHandlers {
    func tagResource(
        _ input: CodeDeploy.TagResource.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.TagResource.Output {
        guard !input.tags.isEmpty else { throw CodeDeploy.Errors.tagRequiredException("A tag must be specified.") }
        try await self.changeTags(of: input.resourceArn, context) { try ResourceTags.adding(input.tags, to: $0) }
        return .init()
    }

    func untagResource(
        _ input: CodeDeploy.UntagResource.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.UntagResource.Output {
        guard !input.tagKeys.isEmpty else { throw CodeDeploy.Errors.tagRequiredException("A tag must be specified.") }
        try await self.changeTags(of: input.resourceArn, context) { $0.filter { !input.tagKeys.contains($0.key) } }
        return .init()
    }

    func listTagsForResource(
        _ input: CodeDeploy.ListTagsForResource.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.ListTagsForResource.Output {
        let resource = try TaggedResource(input.resourceArn)
        let tags = try await self.store.read { snapshot in
            switch resource {
            case .application(let name): try snapshot.requireApplication(name, region: context.scope.region).tags
            case .group(let application, let name):
                try snapshot.requireGroup(
                    name, of: snapshot.requireApplication(application, region: context.scope.region)
                ).tags
            }
        }
        return .init(tags: tags.map { CodeDeploy.Tag(key: $0.key, value: $0.value) })
    }

    private func changeTags(
        of arn: String, _ context: RequestContext, _ change: @escaping @Sendable ([ResourceTag]) throws -> [ResourceTag]
    ) async throws {
        let resource = try TaggedResource(arn)
        try await self.store.write { transaction in
            switch resource {
            case .application(let name):
                var application = try transaction.requireApplication(name, region: context.scope.region)
                application.tags = try change(application.tags)
                try transaction.update(application)
            case .group(let application, let name):
                let application = try transaction.requireApplication(application, region: context.scope.region)
                var group = try transaction.requireGroup(name, of: application)
                group.tags = try change(group.tags)
                try transaction.update(group)
            }
        }
    }
}

/// What an ARN of CodeDeploy names, as far as it can have tags.
private enum TaggedResource: Sendable {
    case application(String)
    case group(application: String, name: String)

    /// - Throws: `InvalidArnException`, `ArnNotSupportedException`
    init(_ text: String) throws {
        guard let arn = ARN(text), arn.service == "codedeploy" else {
            throw CodeDeploy.Errors.invalidArnException("The ARN \(text) is not valid.")
        }
        let parts = arn.resource.split(separator: ":", maxSplits: 1).map(String.init)
        let names = parts.count == 2 ? parts[1].split(separator: "/", maxSplits: 1).map(String.init) : []
        switch (parts.first, names.count) {
        case ("application", 1): self = .application(names[0])
        case ("deploymentgroup", 2): self = .group(application: names[0], name: names[1])
        default: throw CodeDeploy.Errors.arnNotSupportedException("The resource \(text) cannot have tags.")
        }
    }
}
