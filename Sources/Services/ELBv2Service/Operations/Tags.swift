internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

/// A resource that can have tags, of whatever kind.
private enum TaggedResource {
    case loadBalancer(StoredLoadBalancer)
    case targetGroup(StoredTargetGroup)
    case listener(StoredListener)
    case rule(StoredListenerRule)

    init(_ arn: String, in snapshot: StoreSnapshot) throws {
        switch ResourceARNs.kind(arn) {
        case .loadBalancer: self = .loadBalancer(try snapshot.requiredLoadBalancer(arn))
        case .targetGroup: self = .targetGroup(try snapshot.requiredTargetGroup(arn))
        case .listener: self = .listener(try snapshot.requiredListener(arn))
        case .rule: self = .rule(try snapshot.requiredRule(arn))
        case .trustStore: throw ELBv2.Errors.trustStoreNotFoundException("Trust store '\(arn)' not found")
        case nil: throw AWSError.validation("'\(arn)' is not a valid resource ARN")
        }
    }

    var tags: [ResourceTag] {
        switch self {
        case .loadBalancer(let record): record.tags
        case .targetGroup(let record): record.tags
        case .listener(let record): record.tags
        case .rule(let record): record.tags
        }
    }

    func write(_ tags: [ResourceTag], in transaction: StoreTransaction) throws {
        switch self {
        case .loadBalancer(var record):
            record.tags = tags
            try transaction.update(record)
        case .targetGroup(var record):
            record.tags = tags
            try transaction.update(record)
        case .listener(var record):
            record.tags = tags
            try transaction.update(record)
        case .rule(var record):
            record.tags = tags
            try transaction.updateTags(record)
        }
    }
}

extension ELBv2Handlers {
    /// AddTags: a key that is there gets the new value. All resources or none.
    func addTags(_ input: ELBv2.AddTagsInput, _ context: RequestContext) async throws -> ELBv2.AddTagsOutput {
        try await self.store.write { transaction in
            for arn in input.resourceArns {
                let resource = try TaggedResource(arn, in: transaction)
                try resource.write(ResourceTags.adding(input.tags, to: resource.tags), in: transaction)
            }
        }
        return ELBv2.AddTagsOutput()
    }

    func removeTags(_ input: ELBv2.RemoveTagsInput, _ context: RequestContext) async throws -> ELBv2.RemoveTagsOutput {
        try await self.store.write { transaction in
            for arn in input.resourceArns {
                let resource = try TaggedResource(arn, in: transaction)
                try resource.write(resource.tags.filter { !input.tagKeys.contains($0.key) }, in: transaction)
            }
        }
        return ELBv2.RemoveTagsOutput()
    }

    func describeTags(_ input: ELBv2.DescribeTagsInput, _ context: RequestContext) async throws
        -> ELBv2.DescribeTagsOutput
    {
        guard input.resourceArns.count <= 20 else {
            throw AWSError.validation("At most '20' resources can be specified")
        }
        return try await self.store.read { snapshot in
            ELBv2.DescribeTagsOutput(
                tagDescriptions: try input.resourceArns.map { arn in
                    ELBv2.TagDescription(
                        resourceArn: arn, tags: ResourceTags.shapes(try TaggedResource(arn, in: snapshot).tags))
                })
        }
    }
}
