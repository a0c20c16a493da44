package import DeploymentEngine
internal import GRDB
package import Model

/// A service deployment of Amazon ECS as it stands in the store.
package struct StoredServiceDeployment: Equatable, Sendable {
    /// Order of creation; 0 until inserted.
    package var sequence = 0
    package var machine: ServiceDeployment
    package let service: ServiceKey
    /// Revisions that had tasks when it was made, as the API shows them for ever.
    package let sources: [String]
    /// The AWS shape `DeploymentConfiguration` as it stood then.
    package let body: String

    package init(machine: ServiceDeployment, service: ServiceKey, sources: [String], body: String) {
        self.machine = machine
        self.service = service
        self.sources = sources
        self.body = body
    }

    fileprivate init(_ row: Row) throws {
        self.init(
            machine: try StoredJSON.decode(ServiceDeployment.self, from: row["machine"]),
            service: ServiceKey(region: row["region"], cluster: row["cluster"], name: row["service"]),
            sources: try StoredJSON.decode([String].self, from: row["sources"]), body: row["body"])
        self.sequence = row["sequence"]
    }
}

/// Which deployments a list holds. Everything that is set must hold.
package struct ServiceDeploymentFilter: Sendable {
    /// Empty for all.
    package var statuses: [ServiceDeployment.Status] = []
    package var createdAfter: Timestamp?
    package var createdBefore: Timestamp?
    /// Only what was created before the deployment of this sequence number.
    package var before: Int?

    package init() {}
}

extension StoreSnapshot {
    package func serviceDeployment(_ id: ServiceDeployment.ID) throws -> StoredServiceDeployment? {
        try Row.first(
            self.database, sql: "SELECT * FROM ecs_service_deployments WHERE id = ?", arguments: [id.rawValue]
        ).map(StoredServiceDeployment.init)
    }

    /// Of every region, oldest first.
    /// - Parameter sequence: only what was created after the deployment of this sequence number.
    package func activeServiceDeployments(after sequence: Int = 0) throws -> [ActiveDeployment<ServiceDeployment.ID>] {
        try Row.all(
            self.database,
            sql: "SELECT sequence, id FROM ecs_service_deployments WHERE is_active AND sequence > ? ORDER BY sequence",
            arguments: [sequence]
        ).map { ActiveDeployment(sequence: $0["sequence"], id: .init(rawValue: $0["id"])) }
    }

    /// Of one service, oldest first.
    package func activeServiceDeployments(of service: ServiceKey) throws -> [StoredServiceDeployment] {
        try Row.all(
            self.database,
            sql: """
                SELECT * FROM ecs_service_deployments WHERE region = ? AND cluster = ? AND service = ? AND is_active
                ORDER BY sequence
                """,
            arguments: service.arguments
        ).map(StoredServiceDeployment.init)
    }

    /// Whether the newest deployment of the service is rolling; `nil` where there is none.
    package func isRolling(_ service: ServiceKey) throws -> Bool? {
        try Bool.first(
            self.database,
            sql: """
                SELECT is_rolling FROM ecs_service_deployments WHERE region = ? AND cluster = ? AND service = ?
                ORDER BY sequence DESC LIMIT 1
                """,
            arguments: service.arguments)
    }

    package func lastServiceDeployment(
        of service: ServiceKey, status: ServiceDeployment.Status? = nil
    ) throws -> StoredServiceDeployment? {
        try Row.first(
            self.database,
            sql: """
                SELECT * FROM ecs_service_deployments
                WHERE region = :region AND cluster = :cluster AND service = :service AND (:status IS NULL OR status = :status)
                ORDER BY sequence DESC LIMIT 1
                """,
            arguments: [
                "region": service.region, "cluster": service.cluster, "service": service.name,
                "status": status?.rawValue,
            ]
        ).map(StoredServiceDeployment.init)
    }

    /// Newest first.
    package func serviceDeployments(
        of service: ServiceKey, _ filter: ServiceDeploymentFilter, limit: Int
    ) throws -> [StoredServiceDeployment] {
        var conditions = ["region = :region", "cluster = :cluster", "service = :service"]
        var arguments: StatementArguments = [
            "region": service.region, "cluster": service.cluster, "service": service.name, "limit": limit,
        ]
        func require(_ condition: String, _ name: String, _ value: (any DatabaseValueConvertible)?) {
            guard let value else { return }
            conditions.append(condition)
            arguments += [name: value]
        }
        require("created_at >= :after", "after", filter.createdAfter?.milliseconds)
        require("created_at <= :until", "until", filter.createdBefore?.milliseconds)
        require("sequence < :before", "before", filter.before)
        if !filter.statuses.isEmpty {
            let names = filter.statuses.indices.map { "status\($0)" }
            conditions.append("status IN (\(names.map { ":\($0)" }.joined(separator: ", ")))")
            for (name, status) in zip(names, filter.statuses) { arguments += [name: status.rawValue] }
        }
        return try Row.all(
            self.database,
            sql: """
                SELECT * FROM ecs_service_deployments WHERE \(conditions.joined(separator: " AND "))
                ORDER BY sequence DESC LIMIT :limit
                """,
            arguments: arguments
        ).map(StoredServiceDeployment.init)
    }
}

extension StoreTransaction {
    package func insert(_ deployment: StoredServiceDeployment) throws {
        let machine = deployment.machine
        try self.database.run(
            sql: """
                INSERT INTO ecs_service_deployments
                    (id, region, cluster, service, revision, status, is_active, is_rolling, created_at, machine, sources, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                machine.id.rawValue, deployment.service.region, deployment.service.cluster, deployment.service.name,
                machine.plan.target.rawValue, machine.status.rawValue, machine.status.isActive,
                machine.plan.strategy == .rolling, machine.createdAt.milliseconds, try StoredJSON.encode(machine),
                try StoredJSON.encode(deployment.sources),
                deployment.body,
            ])
        self.changed(.deployments)
        self.changed(.serviceDeployments(of: deployment.service))
    }

    /// Forgets the service's deployments that have ended and were made before `moment`, but not its newest one, and revisions
    /// that nothing of the service names any more.
    package func forgetDeployments(of service: ServiceKey, createdBefore moment: Timestamp) throws {
        let owner: StatementArguments = [
            "region": service.region, "cluster": service.cluster, "service": service.name,
            "moment": moment.milliseconds,
        ]
        let own = "region = :region AND cluster = :cluster AND service = :service"
        try self.database.run(
            sql: """
                DELETE FROM ecs_service_deployments WHERE \(own) AND NOT is_active AND created_at < :moment
                    AND sequence < (SELECT MAX(sequence) FROM ecs_service_deployments WHERE \(own))
                """,
            arguments: owner)
        try self.deleteReceipts(of: service)
        try self.database.run(
            sql: """
                DELETE FROM ecs_revision_records WHERE \(own) AND created_at < :moment
                    AND id NOT IN (SELECT revision FROM ecs_service_deployments WHERE \(own))
                    AND id NOT IN (SELECT id FROM ecs_service_revisions WHERE \(own))
                """,
            arguments: owner)
        try self.database.run(
            sql: """
                DELETE FROM ecs_revision_images WHERE \(own)
                    AND revision NOT IN (SELECT id FROM ecs_revision_records WHERE \(own))
                    AND revision NOT IN (SELECT id FROM ecs_service_revisions WHERE \(own))
                """,
            arguments: [
                "region": service.region, "cluster": service.cluster, "service": service.name,
            ])
    }

    /// Writes the machine's new value.
    package func save(_ machine: ServiceDeployment) throws {
        let services = try Row.all(
            self.database,
            sql: """
                UPDATE ecs_service_deployments SET machine = ?, status = ?, is_active = ? WHERE id = ?
                RETURNING region, cluster, service
                """,
            arguments: [
                try StoredJSON.encode(machine), machine.status.rawValue, machine.status.isActive, machine.id.rawValue,
            ]
        ).map { ServiceKey(region: $0["region"], cluster: $0["cluster"], name: $0["service"]) }
        for service in services { self.changed(.serviceDeployments(of: service)) }
    }
}
