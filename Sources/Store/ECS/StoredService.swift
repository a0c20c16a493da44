internal import GRDB
package import Model

/// Where a service lives; its name is unique in its cluster.
package struct ServiceKey: Hashable, Sendable {
    package let region: String
    package let cluster: String
    package let name: String

    package init(region: String, cluster: String, name: String) {
        self.region = region
        self.cluster = cluster
        self.name = name
    }

    var arguments: StatementArguments { [self.region, self.cluster, self.name] }
}

package struct StoredService: Equatable, Sendable {
    package enum Status: String, Sendable, CaseIterable {
        case active = "ACTIVE"
        case draining = "DRAINING"
        case inactive = "INACTIVE"
    }

    package enum Controller: String, Sendable, CaseIterable {
        case ecs = "ECS"
        case codeDeploy = "CODE_DEPLOY"
        case external = "EXTERNAL"
    }

    package var key: ServiceKey
    package var status: Status
    package var controller: Controller
    package var desiredCount: Int
    package var createdAt: Timestamp
    package var steadySince: Timestamp?
    package var clientToken: String?
    /// The `CreateServiceRequest` as it stands after updates.
    package var body: String

    package init(
        key: ServiceKey, status: Status, controller: Controller, desiredCount: Int, createdAt: Timestamp,
        steadySince: Timestamp?,
        clientToken: String?, body: String
    ) {
        self.key = key
        self.status = status
        self.controller = controller
        self.desiredCount = desiredCount
        self.createdAt = createdAt
        self.steadySince = steadySince
        self.clientToken = clientToken
        self.body = body
    }

    fileprivate init(_ row: Row) {
        self.init(
            key: ServiceKey(region: row["region"], cluster: row["cluster"], name: row["name"]),
            status: Status(rawValue: row["status"]) ?? .inactive,
            controller: Controller(rawValue: row["controller"]) ?? .ecs,
            desiredCount: row["desired_count"], createdAt: Timestamp(milliseconds: row["created_at"]),
            steadySince: (row["steady_since"] as Int64?).map { Timestamp(milliseconds: $0) },
            clientToken: row["client_token"],
            body: row["body"])
    }
}

extension StoreSnapshot {
    package func service(_ key: ServiceKey) throws -> StoredService? {
        try Row.first(
            self.database, sql: "SELECT * FROM ecs_services WHERE region = ? AND cluster = ? AND name = ?",
            arguments: key.arguments
        ).map(StoredService.init)
    }

    /// Services that the scheduler works on, in every region.
    package func scheduledServices() throws -> [StoredService] {
        try Row.all(self.database, sql: "SELECT * FROM ecs_services WHERE status <> 'INACTIVE' ORDER BY created_at")
            .map(StoredService.init)
    }

    /// By name, without INACTIVE ones.
    package func services(cluster: String, region: String) throws -> [StoredService] {
        try Row.all(
            self.database,
            sql: "SELECT * FROM ecs_services WHERE region = ? AND cluster = ? AND status <> 'INACTIVE' ORDER BY name",
            arguments: [region, cluster]
        ).map(StoredService.init)
    }
}

extension StoreTransaction {
    /// A new service under a free name, or under that of an INACTIVE one, whose revisions and events go.
    package func insert(_ service: StoredService) throws {
        try self.database.run(
            sql: "DELETE FROM ecs_services WHERE region = ? AND cluster = ? AND name = ? AND status = 'INACTIVE'",
            arguments: service.key.arguments)
        try self.database.run(
            sql: """
                INSERT INTO ecs_services
                    (region, cluster, name, status, controller, desired_count, created_at, steady_since, client_token, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                service.key.region, service.key.cluster, service.key.name, service.status.rawValue,
                service.controller.rawValue,
                service.desiredCount, service.createdAt.milliseconds, service.steadySince?.milliseconds,
                service.clientToken, service.body,
            ])
        self.changed(.services)
        self.changed(.service(service.key))
    }

    package func update(_ service: StoredService) throws {
        try self.database.run(
            sql: """
                UPDATE ecs_services SET status = ?, controller = ?, desired_count = ?, steady_since = ?, body = ?
                WHERE region = ? AND cluster = ? AND name = ?
                """,
            arguments: [
                service.status.rawValue, service.controller.rawValue, service.desiredCount,
                service.steadySince?.milliseconds, service.body,
                service.key.region, service.key.cluster, service.key.name,
            ])
        self.changed(.services)
        self.changed(.service(service.key))
    }
}
