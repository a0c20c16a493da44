internal import GRDB

/// A load balancer as it stands in the store. `body` is the AWS shape `LoadBalancer` without `State`, which depends on
/// whether its listeners could be bound.
package struct StoredLoadBalancer: Equatable, Sendable {
    /// Order of creation; 0 until inserted.
    package var sequence = 0
    package let arn: String
    package let region: String
    package let name: String
    package let dnsName: String
    package var body: String
    /// Only what was set: defaults are not stored.
    package var attributes: [String: String]
    package var tags: [ResourceTag]

    package init(
        arn: String, region: String, name: String, dnsName: String, body: String, attributes: [String: String] = [:],
        tags: [ResourceTag] = []
    ) {
        self.arn = arn
        self.region = region
        self.name = name
        self.dnsName = dnsName
        self.body = body
        self.attributes = attributes
        self.tags = tags
    }

    init(row: Row) throws {
        self.init(
            arn: row["arn"], region: row["region"], name: row["name"], dnsName: row["dns_name"], body: row["body"],
            attributes: try MapColumn.attributes(row["attributes"]), tags: try MapColumn.tags(row["tags"]))
        self.sequence = row["sequence"]
    }
}

extension StoreSnapshot {
    /// In order of creation.
    package func loadBalancers(region: String) throws -> [StoredLoadBalancer] {
        try Row.all(
            self.database, sql: "SELECT * FROM elbv2_load_balancers WHERE region = ? ORDER BY sequence",
            arguments: [region]
        ).map(StoredLoadBalancer.init(row:))
    }

    /// Of every region, oldest first.
    package func allLoadBalancers() throws -> [StoredLoadBalancer] {
        try Row.all(self.database, sql: "SELECT * FROM elbv2_load_balancers ORDER BY sequence")
            .map(StoredLoadBalancer.init(row:))
    }

    package func loadBalancer(arn: String) throws -> StoredLoadBalancer? {
        try Row.first(self.database, sql: "SELECT * FROM elbv2_load_balancers WHERE arn = ?", arguments: [arn])
            .map(StoredLoadBalancer.init(row:))
    }

    package func loadBalancer(region: String, name: String) throws -> StoredLoadBalancer? {
        try Row.first(
            self.database, sql: "SELECT * FROM elbv2_load_balancers WHERE region = ? AND name = ?",
            arguments: [region, name]
        ).map(StoredLoadBalancer.init(row:))
    }
}

extension StoreTransaction {
    package func insert(_ loadBalancer: StoredLoadBalancer) throws {
        try self.database.run(
            sql: """
                INSERT INTO elbv2_load_balancers (arn, region, name, dns_name, body, attributes, tags)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                loadBalancer.arn, loadBalancer.region, loadBalancer.name, loadBalancer.dnsName, loadBalancer.body,
                MapColumn.text(loadBalancer.attributes), MapColumn.text(loadBalancer.tags),
            ])
    }

    /// Writes what may change of it: body, attributes and tags.
    package func update(_ loadBalancer: StoredLoadBalancer) throws {
        try self.database.run(
            sql: "UPDATE elbv2_load_balancers SET body = ?, attributes = ?, tags = ? WHERE arn = ?",
            arguments: [
                loadBalancer.body, MapColumn.text(loadBalancer.attributes), MapColumn.text(loadBalancer.tags),
                loadBalancer.arn,
            ])
    }

    /// With its listeners and their rules; target groups stay.
    package func deleteLoadBalancer(arn: String) throws {
        try self.database.run(sql: "DELETE FROM elbv2_load_balancers WHERE arn = ?", arguments: [arn])
        self.changed(.everyTargetGroup)
    }
}
