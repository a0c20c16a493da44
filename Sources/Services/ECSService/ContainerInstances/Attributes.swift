internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Custom attributes of the cluster's container instance. All of them or none.
    func putAttributes(_ input: ECS.PutAttributes.Input, _ context: RequestContext) async throws
        -> ECS.PutAttributes.Output
    {
        let cluster = ECSNames.cluster(input.cluster)
        let scope = context.scope
        return try await self.store.write { transaction in
            let instance = try transaction.attributeTarget(of: input.attributes, cluster: cluster, in: scope)
            for attribute in input.attributes {
                try InstanceAttributes.check(attribute)
                try transaction.save(
                    StoredInstanceAttribute(name: attribute.name, value: attribute.value), cluster: cluster,
                    region: scope.region)
            }
            guard try transaction.instanceAttributes(cluster: cluster, region: scope.region).count <= 10 else {
                throw ECS.Errors.attributeLimitExceededException(
                    "A container instance can have at most 10 custom attributes.")
            }
            return .init(attributes: input.attributes.map { instance.shape(name: $0.name, value: $0.value) })
        }
    }

    /// - Throws: `TargetNotFoundException` for another instance; an attribute that is not there is no error.
    func deleteAttributes(_ input: ECS.DeleteAttributes.Input, _ context: RequestContext) async throws
        -> ECS.DeleteAttributes.Output
    {
        let cluster = ECSNames.cluster(input.cluster)
        let scope = context.scope
        return try await self.store.write { transaction in
            let instance = try transaction.attributeTarget(of: input.attributes, cluster: cluster, in: scope)
            var deleted: [ECS.Attribute] = []
            let stored = try transaction.instanceAttributes(cluster: cluster, region: scope.region)
            for attribute in input.attributes {
                guard let found = stored.first(where: { $0.name == attribute.name }),
                    attribute.value == nil || attribute.value == found.value
                else { continue }
                try transaction.deleteInstanceAttribute(attribute.name, cluster: cluster, region: scope.region)
                deleted.append(instance.shape(name: found.name, value: found.value))
            }
            return .init(attributes: deleted)
        }
    }

    func listAttributes(_ input: ECS.ListAttributes.Input, _ context: RequestContext) async throws
        -> ECS.ListAttributes.Output
    {
        guard input.attributeValue == nil || input.attributeName != nil else {
            throw ECS.Errors.invalidParameterException("attributeName must be specified where attributeValue is.")
        }
        let cluster = ECSNames.cluster(input.cluster)
        let instance = HostInstance(cluster: cluster, scope: context.scope)
        let stored = try await self.store.read { snapshot in
            _ = try snapshot.requireCluster(cluster, in: context.scope)
            return try snapshot.instanceAttributes(cluster: cluster, region: context.scope.region)
        }
        let matching = (instance.builtInAttributes + stored).filter {
            (input.attributeName == nil || $0.name == input.attributeName)
                && (input.attributeValue == nil || $0.value == input.attributeValue)
        }
        let page = try ListPage(
            matching.map { instance.shape(name: $0.name, value: $0.value) }, maxResults: input.maxResults,
            nextToken: input.nextToken)
        return .init(attributes: page.elements, nextToken: page.nextToken)
    }
}

/// What AWS lets be put on a container instance (ECS API, `Attribute`).
private enum InstanceAttributes {
    static func check(_ attribute: ECS.Attribute) throws {
        let isName = attribute.name.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || "-_./\\".contains($0))
        }
        guard (1...128).contains(attribute.name.count), isName else {
            throw ECS.Errors.invalidParameterException("Invalid attribute name '\(attribute.name)'.")
        }
        guard !attribute.name.hasPrefix("ecs."), !attribute.name.hasPrefix("com.amazonaws.") else {
            throw ECS.Errors.invalidParameterException(
                "Attribute names beginning with 'ecs.' or 'com.amazonaws.' are reserved: '\(attribute.name)'")
        }
        let isValue = attribute.value?.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || "-_./\\@: ".contains($0))
        }
        guard isValue ?? true, (attribute.value ?? "").count <= 128, attribute.value?.hasPrefix(" ") != true,
            attribute.value?.hasSuffix(" ") != true
        else {
            throw ECS.Errors.invalidParameterException("Invalid value of the attribute '\(attribute.name)'.")
        }
    }
}

extension HostInstance {
    fileprivate func shape(name: String, value: String?) -> ECS.Attribute {
        ECS.Attribute(name: name, value: value, targetType: .containerInstance, targetId: self.arn)
    }
}

extension StoreSnapshot {
    /// Without a target, every instance of the cluster is meant, of which there is one.
    /// - Throws: `ClusterNotFoundException`, `TargetNotFoundException`, `InvalidParameterException`.
    fileprivate func attributeTarget(of attributes: [ECS.Attribute], cluster: String, in scope: Scope) throws
        -> HostInstance
    {
        _ = try self.requireCluster(cluster, in: scope)
        guard (1...10).contains(attributes.count) else {
            throw ECS.Errors.invalidParameterException("attributes must have 1 to 10 items, not \(attributes.count).")
        }
        let instance = HostInstance(cluster: cluster, scope: scope)
        for target in attributes.compactMap(\.targetId) where !instance.isNamed(by: target) {
            throw ECS.Errors.targetNotFoundException("Unable to locate target: \(target)")
        }
        return instance
    }
}
