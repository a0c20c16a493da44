internal import FoundationEssentials
internal import GRDB
package import Model

/// An object's record. Its bytes are in files (`StoredObjectFile`).
package struct StoredObject: Equatable, Sendable {
    /// Of this very object: one that takes its place has another.
    package let id: Int64
    package let bucket: String
    package let key: String
    /// In bytes.
    package let size: Int
    /// With its quotation marks.
    package let etag: String
    package let modifiedAt: Timestamp
    /// What the object's readers get as headers, as `StoredShape`.
    package let headers: String
    /// JSON object of strings.
    package let tags: String
    package let checksum: StoredChecksum?
    /// `nil` for an object that was not uploaded in parts.
    package let partCount: Int?

    /// - Parameter id: 0 for an object that is not stored yet.
    package init(
        id: Int64 = 0, bucket: String, key: String, size: Int, etag: String, modifiedAt: Timestamp, headers: String,
        tags: String, checksum: StoredChecksum?, partCount: Int?
    ) {
        self.id = id
        self.bucket = bucket
        self.key = key
        self.size = size
        self.etag = etag
        self.modifiedAt = modifiedAt
        self.headers = headers
        self.tags = tags
        self.checksum = checksum
        self.partCount = partCount
    }

    init(row: Row) {
        var checksum: StoredChecksum?
        if let algorithm: String = row["checksum_algorithm"], let value: String = row["checksum"] {
            checksum = StoredChecksum(algorithm: algorithm, type: row["checksum_type"], value: value)
        }
        self.init(
            id: row["id"], bucket: row["bucket"], key: row["key"], size: row["size"], etag: row["etag"],
            modifiedAt: Timestamp(milliseconds: row["modified_at"]), headers: row["headers"], tags: row["tags"],
            checksum: checksum, partCount: row["part_count"])
    }
}

/// A checksum as S3 names it.
package struct StoredChecksum: Equatable, Sendable {
    /// `CRC32`.
    package let algorithm: String
    /// `FULL_OBJECT` or `COMPOSITE`.
    package let type: String
    /// Base64, and `-N` behind it for the composite of N parts.
    package let value: String

    package init(algorithm: String, type: String, value: String) {
        self.algorithm = algorithm
        self.type = type
        self.value = value
    }
}

/// A file of an object, or of a part of an upload.
package struct StoredObjectFile: Equatable, Sendable {
    package let name: String
    /// Of the part; 1 for an object that was not uploaded in parts.
    package let number: Int
    /// In bytes.
    package let size: Int
    package let md5: [UInt8]
    /// Base64, by the algorithm of its object or upload.
    package let checksum: String?
    package let modifiedAt: Timestamp

    package init(name: String, number: Int, size: Int, md5: [UInt8], checksum: String?, modifiedAt: Timestamp) {
        self.name = name
        self.number = number
        self.size = size
        self.md5 = md5
        self.checksum = checksum
        self.modifiedAt = modifiedAt
    }

    init(row: Row) {
        let md5: Data = row["md5"]
        self.init(
            name: row["name"], number: row["number"], size: row["size"], md5: Array(md5), checksum: row["checksum"],
            modifiedAt: Timestamp(milliseconds: row["modified_at"]))
    }
}

extension StoreSnapshot {
    package func object(bucket: String, key: String) throws -> StoredObject? {
        try Row.first(
            self.database, sql: "SELECT * FROM s3_objects WHERE bucket = ? AND key = ?", arguments: [bucket, key]
        ).map(StoredObject.init(row:))
    }

    /// By key, in the order of their UTF-8 bytes.
    /// - Parameters:
    ///   - start: the first key that may be among them, in UTF-8, or bytes between two keys.
    ///   - end: the first that may not; `nil` for none.
    package func objects(bucket: String, from start: [UInt8], to end: [UInt8]?, limit: Int) throws -> [StoredObject] {
        // Text is compared byte by byte; as text, so that the index serves.
        let bound = end == nil ? "" : " AND key < CAST(? AS TEXT)"
        var arguments: StatementArguments = [bucket, Data(start)]
        if let end { arguments += [Data(end)] }
        return try Row.all(
            self.database,
            sql: "SELECT * FROM s3_objects WHERE bucket = ? AND key >= CAST(? AS TEXT)\(bound) ORDER BY key LIMIT ?",
            arguments: arguments + [limit]
        ).map(StoredObject.init(row:))
    }

    /// In the order of their numbers.
    package func files(ofObject id: Int64) throws -> [StoredObjectFile] {
        try Row.all(
            self.database, sql: "SELECT * FROM s3_files WHERE object_id = ? ORDER BY number", arguments: [id]
        ).map(StoredObjectFile.init(row:))
    }

    /// Every file that has an owner.
    package func objectFileNames() throws -> Set<String> {
        try String.set(self.database, sql: "SELECT name FROM s3_files")
    }
}

extension StoreTransaction {
    /// Takes the place of the object of that key, if there is one.
    /// - Returns: the files that are nobody's any more.
    package func put(_ object: StoredObject, file: StoredObjectFile) throws -> [String] {
        let replaced = try self.deleteObject(bucket: object.bucket, key: object.key)
        let id = try self.insert(object)
        try self.database.run(
            sql: """
                INSERT INTO s3_files (name, object_id, number, size, md5, checksum, modified_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                file.name, id, file.number, file.size, Data(file.md5), file.checksum, file.modifiedAt.milliseconds,
            ])
        return replaced
    }

    /// - Returns: the object's id.
    func insert(_ object: StoredObject) throws -> Int64 {
        try self.database.run(
            sql: """
                INSERT INTO s3_objects (bucket, key, size, etag, modified_at, headers, tags, checksum_algorithm,
                    checksum_type, checksum, part_count)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                object.bucket, object.key, object.size, object.etag, object.modifiedAt.milliseconds, object.headers,
                object.tags, object.checksum?.algorithm, object.checksum?.type, object.checksum?.value,
                object.partCount,
            ])
        return self.database.lastInsertedRowID
    }

    /// Nothing happens where there is none.
    /// - Returns: the files that are nobody's any more.
    package func deleteObject(bucket: String, key: String) throws -> [String] {
        guard let object = try self.object(bucket: bucket, key: key) else { return [] }
        let files = try self.files(ofObject: object.id).map(\.name)
        try self.database.run(sql: "DELETE FROM s3_objects WHERE id = ?", arguments: [object.id])
        return files
    }

    package func setTags(_ tags: String, ofObject id: Int64) throws {
        try self.database.run(sql: "UPDATE s3_objects SET tags = ? WHERE id = ?", arguments: [tags, id])
    }
}
