internal import GRDB

/// One revision of a task definition family.
package struct StoredTaskDefinition: Equatable, Sendable {
    package enum Status: String, Sendable, CaseIterable {
        case active = "ACTIVE"
        case inactive = "INACTIVE"
        case deleteInProgress = "DELETE_IN_PROGRESS"
    }

    package var region: String
    package var family: String
    package var revision: Int
    package var status: Status
    package var body: String

    package init(region: String, family: String, revision: Int, status: Status, body: String) {
        self.region = region
        self.family = family
        self.revision = revision
        self.status = status
        self.body = body
    }

    fileprivate init(_ row: Row) {
        self.init(
            region: row["region"], family: row["family"], revision: row["revision"],
            status: Status(rawValue: row["status"]) ?? .inactive, body: row["body"])
    }
}

extension StoreSnapshot {
    package func taskDefinition(family: String, revision: Int, region: String) throws -> StoredTaskDefinition? {
        try Row.first(
            self.database, sql: "SELECT * FROM ecs_task_definitions WHERE region = ? AND family = ? AND revision = ?",
            arguments: [region, family, revision]
        ).map(StoredTaskDefinition.init)
    }

    package func latestActiveTaskDefinition(family: String, region: String) throws -> StoredTaskDefinition? {
        try Row.first(
            self.database,
            sql: """
                SELECT * FROM ecs_task_definitions WHERE region = ? AND family = ? AND status = 'ACTIVE' ORDER BY revision DESC LIMIT 1
                """,
            arguments: [region, family]
        ).map(StoredTaskDefinition.init)
    }

    /// The revision that the family's next registration gets; numbers are never used again.
    package func nextRevision(family: String, region: String) throws -> Int {
        1
            + (try Int.first(
                self.database,
                sql: """
                    SELECT MAX(revision) FROM (
                        SELECT revision FROM ecs_task_definitions WHERE region = ?1 AND family = ?2
                        UNION ALL SELECT revision FROM ecs_deleted_revisions WHERE region = ?1 AND family = ?2)
                    """,
                arguments: [region, family])
                ?? 0)
    }

    /// Oldest first, in every region.
    package func taskDefinitionsBeingDeleted() throws -> [StoredTaskDefinition] {
        try Row.all(
            self.database,
            sql:
                "SELECT * FROM ecs_task_definitions WHERE status = 'DELETE_IN_PROGRESS' ORDER BY region, family, revision",
            arguments: []
        ).map(StoredTaskDefinition.init)
    }

    /// Whether a task that has not stopped, or a deployment or task set of a service, is made from it.
    package func isUsed(_ definition: StoredTaskDefinition, arn: String) throws -> Bool {
        try Bool.first(
            self.database,
            sql: """
                SELECT EXISTS (
                    SELECT 1 FROM ecs_tasks WHERE last_status <> 'STOPPED' AND region = ?1 AND family = ?2
                        AND json_extract(body, '$.taskDefinitionARN') = ?3
                ) OR EXISTS (
                    SELECT 1 FROM ecs_service_revisions WHERE region = ?1 AND json_extract(body, '$.taskDefinition') = ?3
                )
                """,
            arguments: [definition.region, definition.family, arn]) ?? false
    }

    /// By family, then revision.
    /// - Parameter familyPrefix: `nil` for all.
    package func taskDefinitions(
        region: String, status: StoredTaskDefinition.Status?, family: String? = nil, familyPrefix: String? = nil
    ) throws -> [StoredTaskDefinition] {
        try Row.all(
            self.database, sql: "SELECT * FROM ecs_task_definitions WHERE region = ? ORDER BY family, revision",
            arguments: [region]
        ).map(StoredTaskDefinition.init).filter { definition in
            (status == nil || definition.status == status) && (family == nil || definition.family == family)
                && (familyPrefix.map { definition.family.hasPrefix($0) } ?? true)
        }
    }
}

extension StoreTransaction {
    package func save(_ definition: StoredTaskDefinition) throws {
        try self.database.run(
            sql: """
                INSERT INTO ecs_task_definitions (region, family, revision, status, body) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET status = excluded.status, body = excluded.body
                """,
            arguments: [
                definition.region, definition.family, definition.revision, definition.status.rawValue, definition.body,
            ])
        if definition.status == .deleteInProgress { self.changed(.taskDefinitions) }
    }

    /// Forgets the revision and its tags; its number is not given out again.
    package func delete(_ definition: StoredTaskDefinition, arn: String) throws {
        try self.database.run(
            sql: """
                INSERT INTO ecs_deleted_revisions (region, family, revision) VALUES (?, ?, ?)
                ON CONFLICT DO UPDATE SET revision = MAX(revision, excluded.revision)
                """,
            arguments: [definition.region, definition.family, definition.revision])
        try self.database.run(
            sql: "DELETE FROM ecs_task_definitions WHERE region = ? AND family = ? AND revision = ?",
            arguments: [definition.region, definition.family, definition.revision])
        try self.database.run(sql: "DELETE FROM ecs_tags WHERE arn = ?", arguments: [arn])
    }
}
