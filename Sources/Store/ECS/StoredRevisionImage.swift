internal import GRDB

/// Which images the tasks of a revision run: what their tags stood for when its first task looked.
extension StoreSnapshot {
    /// Digest by container. A container without one runs what its tag stands for.
    package func imageDigests(ofRevision id: String) throws -> [String: String] {
        let rows = try Row.all(
            self.database, sql: "SELECT container, digest FROM ecs_revision_images WHERE revision = ?", arguments: [id]
        ).map { (container: $0["container"] as String, digest: $0["digest"] as String) }
        return Dictionary(rows.map { ($0.container, $0.digest) }) { first, _ in first }
    }
}

extension StoreTransaction {
    /// Keeps the digest, unless a task has been quicker.
    /// - Returns: the one that holds.
    package func keepImageDigest(
        _ digest: String, of container: String, revision: String, service: ServiceKey
    ) throws -> String {
        try self.database.run(
            sql: """
                INSERT INTO ecs_revision_images (revision, container, region, cluster, service, digest)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (revision, container) DO NOTHING
                """,
            arguments: [revision, container, service.region, service.cluster, service.name, digest])
        return try self.imageDigests(ofRevision: revision)[container] ?? digest
    }
}
