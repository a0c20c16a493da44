internal import GRDB

/// A listener as it stands in the store. `body` is the AWS shape `Listener` without `DefaultActions`: these are the
/// actions of its default rule, so that the two views cannot disagree.
package struct StoredListener: Equatable, Sendable {
    /// Order of creation; 0 until inserted.
    package var sequence = 0
    package let arn: String
    package let loadBalancerARN: String
    package var port: Int
    package var body: String
    /// Only what was set: defaults are not stored.
    package var attributes: [String: String]
    package var tags: [ResourceTag]

    package init(
        arn: String, loadBalancerARN: String, port: Int, body: String, attributes: [String: String] = [:],
        tags: [ResourceTag] = []
    ) {
        self.arn = arn
        self.loadBalancerARN = loadBalancerARN
        self.port = port
        self.body = body
        self.attributes = attributes
        self.tags = tags
    }

    init(row: Row) throws {
        self.init(
            arn: row["arn"], loadBalancerARN: row["load_balancer_arn"], port: row["port"], body: row["body"],
            attributes: try MapColumn.attributes(row["attributes"]), tags: try MapColumn.tags(row["tags"]))
        self.sequence = row["sequence"]
    }
}

extension StoreSnapshot {
    /// In order of creation.
    package func listeners(loadBalancerARN: String) throws -> [StoredListener] {
        try Row.all(
            self.database, sql: "SELECT * FROM elbv2_listeners WHERE load_balancer_arn = ? ORDER BY sequence",
            arguments: [loadBalancerARN]
        ).map(StoredListener.init(row:))
    }

    /// Of every load balancer, oldest first.
    package func allListeners() throws -> [StoredListener] {
        try Row.all(self.database, sql: "SELECT * FROM elbv2_listeners ORDER BY sequence").map(
            StoredListener.init(row:))
    }

    package func listener(arn: String) throws -> StoredListener? {
        try Row.first(self.database, sql: "SELECT * FROM elbv2_listeners WHERE arn = ?", arguments: [arn])
            .map(StoredListener.init(row:))
    }

    package func listener(loadBalancerARN: String, port: Int) throws -> StoredListener? {
        try Row.first(
            self.database, sql: "SELECT * FROM elbv2_listeners WHERE load_balancer_arn = ? AND port = ?",
            arguments: [loadBalancerARN, port]
        ).map(StoredListener.init(row:))
    }
}

extension StoreTransaction {
    /// Its default rule is inserted apart, in the same transaction.
    package func insert(_ listener: StoredListener) throws {
        try self.database.run(
            sql: """
                INSERT INTO elbv2_listeners (arn, load_balancer_arn, port, body, attributes, tags)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                listener.arn, listener.loadBalancerARN, listener.port, listener.body,
                MapColumn.text(listener.attributes),
                MapColumn.text(listener.tags),
            ])
    }

    /// Writes what may change of it: port, body, attributes and tags.
    package func update(_ listener: StoredListener) throws {
        try self.database.run(
            sql: "UPDATE elbv2_listeners SET port = ?, body = ?, attributes = ?, tags = ? WHERE arn = ?",
            arguments: [
                listener.port, listener.body, MapColumn.text(listener.attributes), MapColumn.text(listener.tags),
                listener.arn,
            ])
    }

    /// With its rules.
    package func deleteListener(arn: String) throws {
        try self.database.run(sql: "DELETE FROM elbv2_listeners WHERE arn = ?", arguments: [arn])
        self.changed(.everyTargetGroup)
    }
}
