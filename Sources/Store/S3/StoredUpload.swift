internal import FoundationEssentials
internal import GRDB
package import Model

/// An upload in parts that has not been completed.
package struct StoredUpload: Equatable, Sendable {
    package let id: String
    package let bucket: String
    package let key: String
    package let initiatedAt: Timestamp
    /// What readers of the object will get as headers, as `StoredShape`.
    package let headers: String
    /// JSON object of strings.
    package let tags: String
    /// `CRC32`; `nil` where the client chose none.
    package let checksumAlgorithm: String?
    /// `FULL_OBJECT` or `COMPOSITE`.
    package let checksumType: String?

    package init(
        id: String, bucket: String, key: String, initiatedAt: Timestamp, headers: String, tags: String,
        checksumAlgorithm: String?, checksumType: String?
    ) {
        self.id = id
        self.bucket = bucket
        self.key = key
        self.initiatedAt = initiatedAt
        self.headers = headers
        self.tags = tags
        self.checksumAlgorithm = checksumAlgorithm
        self.checksumType = checksumType
    }

    init(row: Row) {
        self.init(
            id: row["id"], bucket: row["bucket"], key: row["key"],
            initiatedAt: Timestamp(milliseconds: row["initiated_at"]), headers: row["headers"], tags: row["tags"],
            checksumAlgorithm: row["checksum_algorithm"], checksumType: row["checksum_type"])
    }
}

extension StoreSnapshot {
    package func upload(_ id: String) throws -> StoredUpload? {
        try Row.first(self.database, sql: "SELECT * FROM s3_uploads WHERE id = ?", arguments: [id])
            .map(StoredUpload.init(row:))
    }

    /// By key and id.
    package func uploads(bucket: String) throws -> [StoredUpload] {
        try Row.all(
            self.database, sql: "SELECT * FROM s3_uploads WHERE bucket = ? ORDER BY key, initiated_at, id",
            arguments: [bucket]
        ).map(StoredUpload.init(row:))
    }

    /// In the order of their numbers.
    package func parts(ofUpload id: String) throws -> [StoredObjectFile] {
        try Row.all(
            self.database, sql: "SELECT * FROM s3_files WHERE upload_id = ? ORDER BY number", arguments: [id]
        ).map(StoredObjectFile.init(row:))
    }
}

extension StoreTransaction {
    package func insert(_ upload: StoredUpload) throws {
        try self.database.run(
            sql: """
                INSERT INTO s3_uploads (id, bucket, key, initiated_at, headers, tags, checksum_algorithm, checksum_type)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                upload.id, upload.bucket, upload.key, upload.initiatedAt.milliseconds, upload.headers, upload.tags,
                upload.checksumAlgorithm, upload.checksumType,
            ])
    }

    /// Takes the place of the part of that number, if there is one.
    /// - Returns: the files that are nobody's any more.
    package func put(part: StoredObjectFile, ofUpload id: String) throws -> [String] {
        let replaced = try String.all(
            self.database, sql: "SELECT name FROM s3_files WHERE upload_id = ? AND number = ?",
            arguments: [id, part.number])
        try self.database.run(
            sql: "DELETE FROM s3_files WHERE upload_id = ? AND number = ?", arguments: [id, part.number])
        try self.database.run(
            sql: """
                INSERT INTO s3_files (name, upload_id, number, size, md5, checksum, modified_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                part.name, id, part.number, part.size, Data(part.md5), part.checksum, part.modifiedAt.milliseconds,
            ])
        return replaced
    }

    /// Makes an object of the parts of these numbers, in the place of the one of its key; the upload is over.
    /// - Returns: the files that are nobody's any more.
    package func complete(_ upload: StoredUpload, numbers: [Int], as object: StoredObject) throws -> [String] {
        var files = try self.deleteObject(bucket: object.bucket, key: object.key)
        let id = try self.insert(object)
        for number in numbers {
            try self.database.run(
                sql: "UPDATE s3_files SET object_id = ?, upload_id = NULL WHERE upload_id = ? AND number = ?",
                arguments: [id, upload.id, number])
        }
        files += try self.deleteUpload(upload.id)
        return files
    }

    /// - Returns: the files that are nobody's any more.
    package func deleteUpload(_ id: String) throws -> [String] {
        let files = try self.parts(ofUpload: id).map(\.name)
        try self.database.run(sql: "DELETE FROM s3_uploads WHERE id = ?", arguments: [id])
        return files
    }
}
