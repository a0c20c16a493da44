package import DeploymentEngine
internal import GRDB
package import Model

/// A task: its lifecycle and what it was made from. A stopped one stays describable for an hour.
package struct StoredTask: Equatable, Sendable {
    /// 32 hex digits.
    package var id: String
    package var region: String
    package var cluster: String
    package var family: String
    /// `nil` for a task of RunTask.
    package var service: String?
    /// `ecs-svc/NNN` of the service's deployment or task set.
    package var revision: String?
    package var startedBy: String?
    package var group: String
    package var clientToken: String?
    /// The scheduler has counted its end.
    package var isAccounted: Bool
    /// Until then the scheduler does not stop it for a scale-in or a deployment.
    package var protectedUntil: Timestamp?
    package var machine: TaskMachine
    /// What it runs and where, as the ECS service keeps it.
    package var body: String

    package init(
        id: String, region: String, cluster: String, family: String, service: String?, revision: String?,
        startedBy: String?,
        group: String, clientToken: String?, isAccounted: Bool = false, protectedUntil: Timestamp? = nil,
        machine: TaskMachine, body: String
    ) {
        self.id = id
        self.region = region
        self.cluster = cluster
        self.family = family
        self.service = service
        self.revision = revision
        self.startedBy = startedBy
        self.group = group
        self.clientToken = clientToken
        self.isAccounted = isAccounted
        self.protectedUntil = protectedUntil
        self.machine = machine
        self.body = body
    }

    fileprivate init(_ row: Row) throws {
        self.init(
            id: row["id"], region: row["region"], cluster: row["cluster"], family: row["family"],
            service: row["service"],
            revision: row["revision"], startedBy: row["started_by"], group: row["group_name"],
            clientToken: row["client_token"],
            isAccounted: row["is_accounted"],
            protectedUntil: (row["protected_until"] as Int64?).map { Timestamp(milliseconds: $0) },
            machine: try StoredJSON.decode(TaskMachine.self, from: row["machine"]),
            body: row["body"])
    }
}

extension StoreSnapshot {
    package func task(_ id: String) throws -> StoredTask? {
        try Row.first(self.database, sql: "SELECT * FROM ecs_tasks WHERE id = ?", arguments: [id]).map(StoredTask.init)
    }

    /// Oldest first, in every region.
    package func liveTasks() throws -> [StoredTask] {
        try Row.all(
            self.database, sql: "SELECT * FROM ecs_tasks WHERE last_status <> 'STOPPED' ORDER BY created_at, id"
        ).map(StoredTask.init)
    }

    /// Tasks of a service that have not stopped, or whose end has not been counted.
    package func openTasks(of service: ServiceKey) throws -> [StoredTask] {
        try Row.all(
            self.database,
            sql: """
                SELECT * FROM ecs_tasks WHERE region = ? AND cluster = ? AND service = ? AND (last_status <> 'STOPPED' OR is_accounted = 0)
                ORDER BY created_at, id
                """,
            arguments: service.arguments
        ).map(StoredTask.init)
    }

    /// Newest first.
    package func tasks(cluster: String, region: String, desiredStatus: String) throws -> [StoredTask] {
        try Row.all(
            self.database,
            sql:
                "SELECT * FROM ecs_tasks WHERE region = ? AND cluster = ? AND desired_status = ? ORDER BY created_at DESC, id",
            arguments: [region, cluster, desiredStatus]
        ).map(StoredTask.init)
    }

    package func tasks(clientToken: String, cluster: String, region: String) throws -> [StoredTask] {
        try Row.all(
            self.database,
            sql: "SELECT * FROM ecs_tasks WHERE region = ? AND cluster = ? AND client_token = ? ORDER BY id",
            arguments: [region, cluster, clientToken]
        ).map(StoredTask.init)
    }
}

extension StoreTransaction {
    package func save(_ task: StoredTask) throws {
        try self.database.run(
            sql: """
                INSERT INTO ecs_tasks
                    (id, region, cluster, family, service, revision, started_by, group_name, client_token, last_status, desired_status,
                     is_accounted, created_at, stopped_at, protected_until, machine, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET last_status = excluded.last_status, desired_status = excluded.desired_status,
                    is_accounted = excluded.is_accounted, stopped_at = excluded.stopped_at,
                    protected_until = excluded.protected_until, machine = excluded.machine, body = excluded.body
                """,
            arguments: [
                task.id, task.region, task.cluster, task.family, task.service, task.revision, task.startedBy,
                task.group, task.clientToken,
                task.machine.phase.rawValue, task.machine.desiredStatus, task.isAccounted,
                task.machine.times.createdAt.milliseconds,
                task.machine.times.stoppedAt?.milliseconds, task.protectedUntil?.milliseconds,
                try StoredJSON.encode(task.machine), task.body,
            ])
        self.changed(.tasks)
        // A deployment of the service waits for its migration.
        if let service = task.service ?? MigrationTask.service(ofGroup: task.group) {
            self.changed(.service(ServiceKey(region: task.region, cluster: task.cluster, name: service)))
        }
    }

    /// Forgets tasks that stopped before `moment` and have been counted. One with a client token is kept for a day longer: the
    /// token must not make a second one.
    package func deleteTasks(stoppedBefore moment: Timestamp) throws {
        try self.database.run(
            sql: """
                DELETE FROM ecs_tasks WHERE stopped_at < ? AND (is_accounted = 1 OR service IS NULL)
                    AND (client_token IS NULL OR stopped_at < ?)
                """,
            arguments: [moment.milliseconds, (moment - .hours(24)).milliseconds])
    }
}
