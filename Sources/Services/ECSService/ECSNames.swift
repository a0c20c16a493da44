internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

/// Reads the names that ECS inputs hold: a short name, an id or a full ARN.
enum ECSNames {
    /// The cluster's name; `default` where none is given.
    static func cluster(_ text: String?) -> String {
        guard let text, !text.isEmpty else { return "default" }
        return ARN(text)?.resourceSegments.last ?? text
    }

    /// Letters, numbers, hyphens and underscores: the alphabet of names.
    static func isIdentifier(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    }

    /// A service with its cluster, which a long service ARN names by itself.
    static func service(_ text: String, cluster: String?, in scope: Scope) -> ServiceKey {
        if let arn = ARN(text), arn.resourceSegments.first == "service" {
            let segments = arn.resourceSegments
            let name = segments.last ?? text
            return ServiceKey(
                region: scope.region,
                cluster: segments.count == 3 && cluster == nil ? segments[1] : self.cluster(cluster), name: name)
        }
        return ServiceKey(region: scope.region, cluster: self.cluster(cluster), name: text)
    }

    static func task(_ text: String) -> String { ARN(text)?.resourceSegments.last ?? text }

    /// `ecs-svc/NNN`, out of an id or a task set ARN.
    static func taskSet(_ text: String) -> String {
        guard let segments = ARN(text)?.resourceSegments, segments.count >= 2 else { return text }
        return segments.suffix(2).joined(separator: "/")
    }
}

extension Scope {
    func clusterARN(_ cluster: String) -> String { self.arn("ecs", "cluster/\(cluster)").description }

    func serviceARN(_ key: ServiceKey) -> String { self.arn("ecs", "service/\(key.cluster)/\(key.name)").description }

    func taskARN(_ id: String, cluster: String) -> String { self.arn("ecs", "task/\(cluster)/\(id)").description }

    func taskSetARN(_ id: String, of key: ServiceKey) -> String {
        self.arn("ecs", "task-set/\(key.cluster)/\(key.name)/\(id)").description
    }

    func taskDefinitionARN(family: String, revision: Int) -> String {
        self.arn("ecs", "task-definition/\(family):\(revision)").description
    }
}

extension StoreSnapshot {
    /// - Throws: `ClusterNotFoundException`.
    func requireCluster(_ name: String, in scope: Scope) throws -> StoredCluster {
        guard let cluster = try self.cluster(name, region: scope.region), cluster.isActive else {
            throw ECS.Errors.clusterNotFoundException("Cluster not found.")
        }
        return cluster
    }

    /// - Throws: `ClusterNotFoundException`, `ServiceNotFoundException`, `ServiceNotActiveException`.
    func requireActiveService(_ key: ServiceKey, in scope: Scope) throws -> StoredService {
        _ = try self.requireCluster(key.cluster, in: scope)
        guard let service = try self.service(key) else {
            throw ECS.Errors.serviceNotFoundException("Service not found.")
        }
        guard service.status == .active else { throw ECS.Errors.serviceNotActiveException("Service was not ACTIVE.") }
        return service
    }
}
