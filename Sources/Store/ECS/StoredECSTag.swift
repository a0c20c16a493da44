internal import GRDB

extension StoreSnapshot {
    /// Tags of an ECS resource, by key.
    package func ecsTags(of arn: String) throws -> [ResourceTag] {
        try Row.all(self.database, sql: "SELECT key, value FROM ecs_tags WHERE arn = ? ORDER BY key", arguments: [arn])
            .map { ResourceTag(key: $0["key"], value: $0["value"]) }
    }
}

extension StoreTransaction {
    /// Adds tags; the value of a key that is there already is replaced.
    package func addECSTags(_ tags: [ResourceTag], to arn: String) throws {
        for tag in tags {
            try self.database.run(
                sql:
                    "INSERT INTO ecs_tags (arn, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                arguments: [arn, tag.key, tag.value])
        }
    }

    package func removeECSTags(_ keys: [String], from arn: String) throws {
        for key in keys {
            try self.database.run(sql: "DELETE FROM ecs_tags WHERE arn = ? AND key = ?", arguments: [arn, key])
        }
    }
}
