internal import GRDB

extension Migration {
    static let s3: [Migration] = [
        Migration("s3-1") { database in
            // Every file of an object or of a part is one row of s3_files: a file without a row is nobody's.
            try database.execute(
                sql: """
                    CREATE TABLE s3_buckets (
                        name TEXT PRIMARY KEY,
                        region TEXT NOT NULL,
                        created_at INTEGER NOT NULL,
                        tags TEXT NOT NULL
                    );
                    CREATE TABLE s3_objects (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        bucket TEXT NOT NULL REFERENCES s3_buckets (name),
                        key TEXT NOT NULL,
                        size INTEGER NOT NULL CHECK (size >= 0),
                        etag TEXT NOT NULL,
                        modified_at INTEGER NOT NULL,
                        headers TEXT NOT NULL,
                        tags TEXT NOT NULL,
                        checksum_algorithm TEXT,
                        checksum_type TEXT,
                        checksum TEXT,
                        part_count INTEGER,
                        UNIQUE (bucket, key)
                    );
                    CREATE TABLE s3_uploads (
                        id TEXT PRIMARY KEY,
                        bucket TEXT NOT NULL REFERENCES s3_buckets (name),
                        key TEXT NOT NULL,
                        initiated_at INTEGER NOT NULL,
                        headers TEXT NOT NULL,
                        tags TEXT NOT NULL,
                        checksum_algorithm TEXT,
                        checksum_type TEXT
                    );
                    CREATE INDEX s3_uploads_key ON s3_uploads (bucket, key, id);
                    CREATE TABLE s3_files (
                        name TEXT PRIMARY KEY,
                        object_id INTEGER REFERENCES s3_objects (id) ON DELETE CASCADE,
                        upload_id TEXT REFERENCES s3_uploads (id) ON DELETE CASCADE,
                        number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 10000),
                        size INTEGER NOT NULL CHECK (size >= 0),
                        md5 BLOB NOT NULL,
                        checksum TEXT,
                        modified_at INTEGER NOT NULL,
                        CHECK ((object_id IS NULL) != (upload_id IS NULL)),
                        UNIQUE (object_id, number),
                        UNIQUE (upload_id, number)
                    );
                    """)
        }
    ]
}
