package import DeploymentEngine
internal import FoundationEssentials
internal import GRDB
package import Model

/// A CodeDeploy deployment as it stands in the store: its machine, where it acts, and what its creation said.
package struct StoredDeployment: Equatable, Sendable {
    /// Order of creation; 0 until inserted.
    package var sequence = 0
    package var machine: CodeDeployDeployment
    package let scope: Scope
    package let applicationName: String
    package let groupName: String
    /// `nil` once the group has been deleted.
    package let groupID: String?
    package let route: DeploymentRoute
    /// The AWS shape `DeploymentInfo`, without all that the machine knows.
    package let body: String

    package init(
        machine: CodeDeployDeployment, scope: Scope, applicationName: String, groupName: String, groupID: String?,
        route: DeploymentRoute, body: String
    ) {
        self.machine = machine
        self.scope = scope
        self.applicationName = applicationName
        self.groupName = groupName
        self.groupID = groupID
        self.route = route
        self.body = body
    }

    init(row: Row) throws {
        self.init(
            machine: try StoredJSON.decode(CodeDeployDeployment.self, from: row["machine"]),
            scope: Scope(account: row["account"], region: row["region"]), applicationName: row["application_name"],
            groupName: row["group_name"], groupID: row["group_id"],
            route: try StoredJSON.decode(DeploymentRoute.self, from: row["route"]), body: row["body"])
        self.sequence = row["sequence"]
    }
}

/// The service that a deployment is about, and the listeners that lead to it. Fixed at its creation.
package struct DeploymentRoute: Hashable, Sendable, Codable {
    /// As the deployment group names it.
    package var cluster: String
    package var service: String
    package var serviceARN: String
    package var productionListener: String
    package var testListener: String?
    /// Names by ARN of the pair's target groups.
    package var targetGroupNames: [String: String]

    package init(
        cluster: String, service: String, serviceARN: String, productionListener: String, testListener: String?,
        targetGroupNames: [String: String]
    ) {
        self.cluster = cluster
        self.service = service
        self.serviceARN = serviceARN
        self.productionListener = productionListener
        self.testListener = testListener
        self.targetGroupNames = targetGroupNames
    }

    /// `CLUSTER:SERVICE`: the id of the deployment's one target.
    package var targetID: String { "\(self.cluster):\(self.service)" }
}

/// Which deployments a list holds. Everything that is set must hold.
package struct DeploymentFilter: Sendable {
    package var groupID: String?
    package var applicationName: String?
    /// Wire names; empty for all.
    package var statuses: [String] = []
    package var createdFrom: Timestamp?
    package var createdTo: Timestamp?
    /// Only what was created before the deployment of this sequence number.
    package var before: Int?

    package init(groupID: String? = nil, applicationName: String? = nil) {
        self.groupID = groupID
        self.applicationName = applicationName
    }
}

/// A deployment of either engine that has not ended.
package struct ActiveDeployment<ID: Sendable>: Sendable {
    /// Order of creation; never used again.
    package let sequence: Int
    package let id: ID
}

extension StoreSnapshot {
    package func codeDeployDeployment(_ id: CodeDeployDeployment.ID) throws -> StoredDeployment? {
        try Row.first(
            self.database, sql: "SELECT * FROM codedeploy_deployments WHERE id = ?", arguments: [id.rawValue]
        ).map(StoredDeployment.init(row:))
    }

    /// Of every region, oldest first.
    /// - Parameter sequence: only what was created after the deployment of this sequence number.
    package func activeCodeDeployDeployments(
        after sequence: Int
    ) throws -> [ActiveDeployment<CodeDeployDeployment.ID>] {
        try Row.all(
            self.database,
            sql: "SELECT sequence, id FROM codedeploy_deployments WHERE is_active AND sequence > ? ORDER BY sequence",
            arguments: [sequence]
        ).map { ActiveDeployment(sequence: $0["sequence"], id: .init(rawValue: $0["id"])) }
    }

    /// The one deployment that holds the service (`CLUSTER:SERVICE`).
    package func activeCodeDeployDeployment(service: String, region: String) throws -> CodeDeployDeployment.ID? {
        try String.first(
            self.database, sql: "SELECT id FROM codedeploy_deployments WHERE region = ? AND service = ? AND is_active",
            arguments: [region, service]
        ).map(CodeDeployDeployment.ID.init(rawValue:))
    }

    /// The group's newest deployment, of one status or of any.
    package func lastCodeDeployDeployment(groupID: String, status: CodeDeployDeployment.Status? = nil) throws
        -> StoredDeployment?
    {
        try Row.first(
            self.database,
            sql: """
                SELECT * FROM codedeploy_deployments WHERE group_id = :group AND (:status IS NULL OR status = :status)
                ORDER BY sequence DESC LIMIT 1
                """,
            arguments: ["group": groupID, "status": status?.rawValue]
        ).map(StoredDeployment.init(row:))
    }

    /// Ids with their sequence numbers, newest first.
    package func codeDeployDeployments(
        region: String, _ filter: DeploymentFilter, limit: Int
    ) throws -> [(id: String, sequence: Int)] {
        var conditions = ["region = :region"]
        var arguments: StatementArguments = ["region": region, "limit": limit]
        func require(_ condition: String, _ name: String, _ value: (any DatabaseValueConvertible)?) {
            guard let value else { return }
            conditions.append(condition)
            arguments += [name: value]
        }
        require("group_id = :group", "group", filter.groupID)
        require("application_name = :application", "application", filter.applicationName)
        require("created_at >= :from", "from", filter.createdFrom?.milliseconds)
        require("created_at <= :to", "to", filter.createdTo?.milliseconds)
        require("sequence < :before", "before", filter.before)
        if !filter.statuses.isEmpty {
            let names = filter.statuses.indices.map { "status\($0)" }
            conditions.append("status IN (\(names.map { ":\($0)" }.joined(separator: ", ")))")
            for (name, status) in zip(names, filter.statuses) { arguments += [name: status] }
        }
        return try Row.all(
            self.database,
            sql: """
                SELECT id, sequence FROM codedeploy_deployments WHERE \(conditions.joined(separator: " AND "))
                ORDER BY sequence DESC LIMIT :limit
                """,
            arguments: arguments
        ).map { ($0["id"], $0["sequence"]) }
    }
}

extension StoreTransaction {
    /// Fails where the service has an active deployment already.
    package func insert(_ deployment: StoredDeployment) throws {
        let machine = deployment.machine
        try self.database.run(
            sql: """
                INSERT INTO codedeploy_deployments
                    (id, account, region, application_name, group_name, group_id, service, status, is_active, created_at,
                     completed_at, machine, route, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                machine.id.rawValue, deployment.scope.account, deployment.scope.region, deployment.applicationName,
                deployment.groupName, deployment.groupID, deployment.route.targetID, machine.status.rawValue,
                machine.status.isActive, machine.createTime.milliseconds, machine.completeTime?.milliseconds,
                try Self.json(machine), try Self.json(deployment.route), deployment.body,
            ])
        self.changed(.deployments)
        self.changed(.codeDeployDeployment(machine.id))
    }

    /// Writes the machine's new value.
    package func save(_ machine: CodeDeployDeployment) throws {
        try self.database.run(
            sql: """
                UPDATE codedeploy_deployments SET machine = ?, status = ?, is_active = ?, completed_at = ? WHERE id = ?
                """,
            arguments: [
                try Self.json(machine), machine.status.rawValue, machine.status.isActive,
                machine.completeTime?.milliseconds, machine.id.rawValue,
            ])
        self.changed(.codeDeployDeployment(machine.id))
    }

    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }
}
