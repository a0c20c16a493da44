internal import GRDB

/// A target group as it stands in the store. `body` is the AWS shape `TargetGroup` without `LoadBalancerArns`, which
/// follows from the rules that name the group.
package struct StoredTargetGroup: Equatable, Sendable {
    /// Order of creation; 0 until inserted.
    package var sequence = 0
    package let arn: String
    package let region: String
    package let name: String
    package var body: String
    /// Only what was set: defaults are not stored.
    package var attributes: [String: String]
    package var tags: [ResourceTag]

    package init(
        arn: String, region: String, name: String, body: String, attributes: [String: String] = [:],
        tags: [ResourceTag] = []
    ) {
        self.arn = arn
        self.region = region
        self.name = name
        self.body = body
        self.attributes = attributes
        self.tags = tags
    }

    init(row: Row) throws {
        self.init(
            arn: row["arn"], region: row["region"], name: row["name"], body: row["body"],
            attributes: try MapColumn.attributes(row["attributes"]), tags: try MapColumn.tags(row["tags"]))
        self.sequence = row["sequence"]
    }
}

extension StoreSnapshot {
    /// In order of creation.
    package func targetGroups(region: String) throws -> [StoredTargetGroup] {
        try Row.all(
            self.database, sql: "SELECT * FROM elbv2_target_groups WHERE region = ? ORDER BY sequence",
            arguments: [region]
        ).map(StoredTargetGroup.init(row:))
    }

    /// Of every region, oldest first.
    package func allTargetGroups() throws -> [StoredTargetGroup] {
        try Row.all(self.database, sql: "SELECT * FROM elbv2_target_groups ORDER BY sequence")
            .map(StoredTargetGroup.init(row:))
    }

    package func targetGroup(arn: String) throws -> StoredTargetGroup? {
        try Row.first(self.database, sql: "SELECT * FROM elbv2_target_groups WHERE arn = ?", arguments: [arn])
            .map(StoredTargetGroup.init(row:))
    }

    package func targetGroup(region: String, name: String) throws -> StoredTargetGroup? {
        try Row.first(
            self.database, sql: "SELECT * FROM elbv2_target_groups WHERE region = ? AND name = ?",
            arguments: [region, name]
        ).map(StoredTargetGroup.init(row:))
    }

    /// The load balancers whose rules name the group, oldest first. The API allows one.
    package func loadBalancerARNs(usingTargetGroup arn: String) throws -> [String] {
        try String.all(
            self.database,
            sql: """
                SELECT DISTINCT elbv2_listeners.load_balancer_arn
                FROM elbv2_rule_target_groups
                JOIN elbv2_rules ON elbv2_rules.arn = elbv2_rule_target_groups.rule_arn
                JOIN elbv2_listeners ON elbv2_listeners.arn = elbv2_rules.listener_arn
                WHERE elbv2_rule_target_groups.target_group_arn = ?
                ORDER BY elbv2_listeners.sequence
                """,
            arguments: [arn])
    }

    /// The target groups that a load balancer's rules name.
    package func targetGroupARNs(usedByLoadBalancer arn: String) throws -> Set<String> {
        try String.set(
            self.database,
            sql: """
                SELECT elbv2_rule_target_groups.target_group_arn
                FROM elbv2_listeners
                JOIN elbv2_rules ON elbv2_rules.listener_arn = elbv2_listeners.arn
                JOIN elbv2_rule_target_groups ON elbv2_rule_target_groups.rule_arn = elbv2_rules.arn
                WHERE elbv2_listeners.load_balancer_arn = ?
                """,
            arguments: [arn])
    }

    /// Every target group that some rule names.
    package func targetGroupARNsInUse() throws -> Set<String> {
        try String.set(self.database, sql: "SELECT DISTINCT target_group_arn FROM elbv2_rule_target_groups")
    }
}

extension StoreTransaction {
    package func insert(_ group: StoredTargetGroup) throws {
        try self.database.run(
            sql: """
                INSERT INTO elbv2_target_groups (arn, region, name, body, attributes, tags) VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                group.arn, group.region, group.name, group.body, MapColumn.text(group.attributes),
                MapColumn.text(group.tags),
            ])
        self.changed(.targetGroups)
        self.changed(.targetGroup(group.arn))
    }

    /// Writes what may change of it: body, attributes and tags.
    package func update(_ group: StoredTargetGroup) throws {
        try self.database.run(
            sql: "UPDATE elbv2_target_groups SET body = ?, attributes = ?, tags = ? WHERE arn = ?",
            arguments: [group.body, MapColumn.text(group.attributes), MapColumn.text(group.tags), group.arn])
        self.changed(.targetGroups)
        self.changed(.targetGroup(group.arn))
    }

    /// With its targets. Fails on the schema while a rule names it: ask `loadBalancerARNs(usingTargetGroup:)` before.
    package func deleteTargetGroup(arn: String) throws {
        try self.database.run(sql: "DELETE FROM elbv2_target_groups WHERE arn = ?", arguments: [arn])
        self.changed(.targetGroups)
        self.changed(.targetGroup(arn))
    }
}
