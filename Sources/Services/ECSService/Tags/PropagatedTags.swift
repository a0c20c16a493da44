internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

/// The tags that a task gets without being given them itself.
struct PropagatedTags: Sendable {
    let source: ECS.PropagateTags?
    let managed: Bool
    let definition: String
    let cluster: String
    /// `nil` for a task of RunTask.
    let service: ServiceKey?

    /// Later ones replace earlier ones of the same key.
    func tags(_ snapshot: StoreSnapshot, in scope: Scope) throws -> [ResourceTag] {
        var tags: [ResourceTag] = []
        switch self.source {
        case .taskDefinition: tags += try snapshot.ecsTags(of: self.definition)
        case .service: if let service { tags += try snapshot.ecsTags(of: scope.serviceARN(service)) }
        case .some(.none), .unknown, nil: break
        }
        guard self.managed else { return tags }
        tags.append(ResourceTag(key: "aws:ecs:clusterName", value: self.cluster))
        if let service { tags.append(ResourceTag(key: "aws:ecs:serviceName", value: service.name)) }
        return tags
    }
}
