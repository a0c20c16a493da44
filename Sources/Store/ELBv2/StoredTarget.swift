internal import GRDB
package import Model

/// A target of a target group: registered, or draining until its group's deregistration delay has passed.
package struct StoredTarget: Hashable, Sendable {
    package let targetGroupARN: String
    /// An IP address, or an instance id.
    package let id: String
    package let port: Int
    package let availabilityZone: String?
    package let registeredAt: Timestamp
    /// When it disappears; `nil` while it is registered.
    package let drainingUntil: Timestamp?

    package init(
        targetGroupARN: String, id: String, port: Int, availabilityZone: String?, registeredAt: Timestamp,
        drainingUntil: Timestamp? = nil
    ) {
        self.targetGroupARN = targetGroupARN
        self.id = id
        self.port = port
        self.availabilityZone = availabilityZone
        self.registeredAt = registeredAt
        self.drainingUntil = drainingUntil
    }

    init(row: Row) {
        let drainingUntil: Int64? = row["draining_until"]
        self.init(
            targetGroupARN: row["target_group_arn"], id: row["target_id"], port: row["port"],
            availabilityZone: row["availability_zone"], registeredAt: Timestamp(milliseconds: row["registered_at"]),
            drainingUntil: drainingUntil.map(Timestamp.init(milliseconds:)))
    }
}

extension StoreSnapshot {
    /// Registered and draining ones, in order of registration.
    package func targets(targetGroupARN: String) throws -> [StoredTarget] {
        try Row.all(
            self.database, sql: "SELECT * FROM elbv2_targets WHERE target_group_arn = ? ORDER BY sequence",
            arguments: [targetGroupARN]
        ).map(StoredTarget.init(row:))
    }

    /// Of every target group, in order of registration.
    package func allTargets() throws -> [StoredTarget] {
        try Row.all(self.database, sql: "SELECT * FROM elbv2_targets ORDER BY sequence").map(StoredTarget.init(row:))
    }

    package func target(targetGroupARN: String, id: String, port: Int) throws -> StoredTarget? {
        try Row.first(
            self.database, sql: "SELECT * FROM elbv2_targets WHERE target_group_arn = ? AND target_id = ? AND port = ?",
            arguments: [targetGroupARN, id, port]
        ).map(StoredTarget.init(row:))
    }

    /// When the next draining target has to disappear; `nil` while none drains.
    package func nextDrainDeadline() throws -> Timestamp? {
        try Int64.first(
            self.database, sql: "SELECT MIN(draining_until) FROM elbv2_targets WHERE draining_until IS NOT NULL"
        ).map(Timestamp.init(milliseconds:))
    }
}

extension StoreTransaction {
    /// Registers the target; one that was draining is registered anew and its deadline forgotten.
    package func register(_ target: StoredTarget) throws {
        try self.database.run(
            sql: """
                INSERT INTO elbv2_targets (target_group_arn, target_id, port, availability_zone, registered_at)
                VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (target_group_arn, target_id, port)
                DO UPDATE SET availability_zone = excluded.availability_zone, registered_at = excluded.registered_at,
                    draining_until = NULL
                """,
            arguments: [
                target.targetGroupARN, target.id, target.port, target.availabilityZone,
                target.registeredAt.milliseconds,
            ])
        self.changed(.targetHealth)
        self.changed(.targetGroup(target.targetGroupARN))
    }

    /// A target that drains already keeps its first deadline.
    package func drain(_ target: StoredTarget, until deadline: Timestamp) throws {
        try self.database.run(
            sql: """
                UPDATE elbv2_targets SET draining_until = ?
                WHERE target_group_arn = ? AND target_id = ? AND port = ? AND draining_until IS NULL
                """,
            arguments: [deadline.milliseconds, target.targetGroupARN, target.id, target.port])
        self.changed(.targetHealth)
        self.changed(.targetGroup(target.targetGroupARN))
    }

    package func deleteTarget(_ target: StoredTarget) throws {
        try self.database.run(
            sql: "DELETE FROM elbv2_targets WHERE target_group_arn = ? AND target_id = ? AND port = ?",
            arguments: [target.targetGroupARN, target.id, target.port])
        self.changed(.targetHealth)
        self.changed(.targetGroup(target.targetGroupARN))
    }

    /// Removes the targets whose deregistration delay has passed.
    /// - Returns: how many there were.
    package func deleteDrainedTargets(at now: Timestamp) throws -> Int {
        let groups = try Row.all(
            self.database,
            sql: """
                DELETE FROM elbv2_targets WHERE draining_until IS NOT NULL AND draining_until <= ?
                RETURNING target_group_arn
                """,
            arguments: [now.milliseconds]
        ).map { $0["target_group_arn"] as String }
        if !groups.isEmpty { self.changed(.targetHealth) }
        for group in groups { self.changed(.targetGroup(group)) }
        return groups.count
    }
}
