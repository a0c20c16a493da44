internal import GRDB

/// A rule of a listener as it stands in the store. `body` is the AWS shape `Rule` without `Priority`.
package struct StoredListenerRule: Equatable, Sendable {
    /// Order of creation; 0 until inserted.
    package var sequence = 0
    package let arn: String
    package let listenerARN: String
    /// 1 to 50000; `nil` is the default rule.
    package var priority: Int?
    package var body: String
    /// The target groups that its actions name; kept in a table of their own, as a guard. Empty in what is read.
    package var targetGroupARNs: Set<String>
    package var tags: [ResourceTag]

    package init(
        arn: String, listenerARN: String, priority: Int?, body: String, targetGroupARNs: Set<String>,
        tags: [ResourceTag] = []
    ) {
        self.arn = arn
        self.listenerARN = listenerARN
        self.priority = priority
        self.body = body
        self.targetGroupARNs = targetGroupARNs
        self.tags = tags
    }

    package var isDefault: Bool { self.priority == nil }

    init(row: Row) throws {
        self.init(
            arn: row["arn"], listenerARN: row["listener_arn"], priority: row["priority"], body: row["body"],
            targetGroupARNs: [], tags: try MapColumn.tags(row["tags"]))
        self.sequence = row["sequence"]
    }
}

extension StoreSnapshot {
    /// In order of evaluation: by priority, the default rule last.
    package func listenerRules(listenerARN: String) throws -> [StoredListenerRule] {
        try Row.all(
            self.database, sql: "SELECT * FROM elbv2_rules WHERE listener_arn = ? ORDER BY priority NULLS LAST",
            arguments: [listenerARN]
        ).map(StoredListenerRule.init(row:))
    }

    /// Of every listener, each listener's own in order of evaluation.
    package func allListenerRules() throws -> [StoredListenerRule] {
        try Row.all(self.database, sql: "SELECT * FROM elbv2_rules ORDER BY listener_arn, priority NULLS LAST")
            .map(StoredListenerRule.init(row:))
    }

    /// The rules whose actions name a target group.
    package func listenerRules(targetGroupARN: String) throws -> [StoredListenerRule] {
        try Row.all(
            self.database,
            sql: """
                SELECT elbv2_rules.* FROM elbv2_rules
                JOIN elbv2_rule_target_groups ON elbv2_rule_target_groups.rule_arn = elbv2_rules.arn
                WHERE elbv2_rule_target_groups.target_group_arn = ? ORDER BY elbv2_rules.sequence
                """,
            arguments: [targetGroupARN]
        ).map(StoredListenerRule.init(row:))
    }

    package func listenerRule(arn: String) throws -> StoredListenerRule? {
        try Row.first(self.database, sql: "SELECT * FROM elbv2_rules WHERE arn = ?", arguments: [arn])
            .map(StoredListenerRule.init(row:))
    }

    package func listenerRule(listenerARN: String, priority: Int) throws -> StoredListenerRule? {
        try Row.first(
            self.database, sql: "SELECT * FROM elbv2_rules WHERE listener_arn = ? AND priority = ?",
            arguments: [listenerARN, priority]
        ).map(StoredListenerRule.init(row:))
    }

    package func defaultRule(listenerARN: String) throws -> StoredListenerRule? {
        try Row.first(
            self.database, sql: "SELECT * FROM elbv2_rules WHERE listener_arn = ? AND priority IS NULL",
            arguments: [listenerARN]
        ).map(StoredListenerRule.init(row:))
    }

    /// Rules of all listeners of a load balancer, default rules not counted.
    package func ruleCount(loadBalancerARN: String) throws -> Int {
        try Int.first(
            self.database,
            sql: """
                SELECT COUNT(*) FROM elbv2_rules JOIN elbv2_listeners ON elbv2_listeners.arn = elbv2_rules.listener_arn
                WHERE elbv2_listeners.load_balancer_arn = ? AND elbv2_rules.priority IS NOT NULL
                """,
            arguments: [loadBalancerARN]) ?? 0
    }
}

extension StoreTransaction {
    package func insert(_ rule: StoredListenerRule) throws {
        try self.database.run(
            sql: "INSERT INTO elbv2_rules (arn, listener_arn, priority, body, tags) VALUES (?, ?, ?, ?, ?)",
            arguments: [rule.arn, rule.listenerARN, rule.priority, rule.body, MapColumn.text(rule.tags)])
        try self.insertTargetGroups(of: rule)
    }

    /// Writes body and the target groups that it names.
    package func updateActions(_ rule: StoredListenerRule) throws {
        try self.database.run(sql: "UPDATE elbv2_rules SET body = ? WHERE arn = ?", arguments: [rule.body, rule.arn])
        try self.deleteTargetGroups(of: rule.arn)
        try self.insertTargetGroups(of: rule)
    }

    package func updateTags(_ rule: StoredListenerRule) throws {
        try self.database.run(
            sql: "UPDATE elbv2_rules SET tags = ? WHERE arn = ?", arguments: [MapColumn.text(rule.tags), rule.arn])
    }

    /// All at once, so that two rules may change places.
    /// - Throws: on the schema where one of the priorities belongs to a rule that is not among them.
    package func setPriorities(_ priorities: [(arn: String, priority: Int)]) throws {
        for (arn, priority) in priorities {
            try self.database.run(
                sql: "UPDATE elbv2_rules SET priority = ? WHERE arn = ?", arguments: [-priority, arn])
        }
        for (arn, priority) in priorities {
            try self.database.run(sql: "UPDATE elbv2_rules SET priority = ? WHERE arn = ?", arguments: [priority, arn])
        }
    }

    package func deleteListenerRule(arn: String) throws {
        try self.deleteTargetGroups(of: arn)
        try self.database.run(sql: "DELETE FROM elbv2_rules WHERE arn = ?", arguments: [arn])
    }

    private func insertTargetGroups(of rule: StoredListenerRule) throws {
        for group in rule.targetGroupARNs {
            try self.database.run(
                sql: "INSERT INTO elbv2_rule_target_groups (rule_arn, target_group_arn) VALUES (?, ?)",
                arguments: [rule.arn, group])
            self.changed(.targetGroup(group))
        }
    }

    private func deleteTargetGroups(of rule: String) throws {
        let groups = try Row.all(
            self.database, sql: "DELETE FROM elbv2_rule_target_groups WHERE rule_arn = ? RETURNING target_group_arn",
            arguments: [rule]
        ).map { $0["target_group_arn"] as String }
        for group in groups { self.changed(.targetGroup(group)) }
    }
}
