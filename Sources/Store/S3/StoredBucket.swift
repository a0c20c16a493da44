internal import GRDB
package import Model

/// A bucket. Its name is unique among all regions.
package struct StoredBucket: Equatable, Sendable {
    package let name: String
    package let region: String
    package let createdAt: Timestamp
    /// JSON object of strings.
    package var tags: String

    package init(name: String, region: String, createdAt: Timestamp, tags: String) {
        self.name = name
        self.region = region
        self.createdAt = createdAt
        self.tags = tags
    }

    init(row: Row) {
        self.init(
            name: row["name"], region: row["region"], createdAt: Timestamp(milliseconds: row["created_at"]),
            tags: row["tags"])
    }
}

extension StoreSnapshot {
    package func bucket(_ name: String) throws -> StoredBucket? {
        try Row.first(self.database, sql: "SELECT * FROM s3_buckets WHERE name = ?", arguments: [name])
            .map(StoredBucket.init(row:))
    }

    /// By name.
    package func buckets() throws -> [StoredBucket] {
        try Row.all(self.database, sql: "SELECT * FROM s3_buckets ORDER BY name").map(StoredBucket.init(row:))
    }

    package func bucketHasObjects(_ name: String) throws -> Bool {
        try Int.first(self.database, sql: "SELECT 1 FROM s3_objects WHERE bucket = ? LIMIT 1", arguments: [name])
            != nil
    }
}

extension StoreTransaction {
    package func insert(_ bucket: StoredBucket) throws {
        try self.database.run(
            sql: "INSERT INTO s3_buckets (name, region, created_at, tags) VALUES (?, ?, ?, ?)",
            arguments: [bucket.name, bucket.region, bucket.createdAt.milliseconds, bucket.tags])
    }

    package func update(_ bucket: StoredBucket) throws {
        try self.database.run(
            sql: "UPDATE s3_buckets SET tags = ? WHERE name = ?", arguments: [bucket.tags, bucket.name])
    }

    /// With its unfinished uploads.
    /// - Precondition: it has no objects.
    /// - Returns: the files that are nobody's any more.
    package func deleteBucket(_ name: String) throws -> [String] {
        let files = try String.all(
            self.database,
            sql: "SELECT name FROM s3_files WHERE upload_id IN (SELECT id FROM s3_uploads WHERE bucket = ?)",
            arguments: [name])
        try self.database.run(sql: "DELETE FROM s3_uploads WHERE bucket = ?", arguments: [name])
        try self.database.run(sql: "DELETE FROM s3_buckets WHERE name = ?", arguments: [name])
        return files
    }
}
