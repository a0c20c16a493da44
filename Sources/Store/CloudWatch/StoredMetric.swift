internal import FoundationEssentials
internal import GRDB
package import Model
package import Monitoring

package struct StoredMetric: Equatable, Sendable {
    /// Given by the store; grows with the order in which metrics appeared.
    package let id: Int64
    package let identity: MetricIdentity
    package let lastReceivedAt: Timestamp

    init(row: Row) throws {
        self.id = row["id"]
        self.identity = MetricIdentity(
            namespace: row["namespace"], name: row["name"],
            dimensions: try StoredJSON.decode([MetricDimension].self, from: row["dimensions"]))
        self.lastReceivedAt = Timestamp(milliseconds: row["last_received_at"])
    }
}

extension MetricSnapshot {
    /// Those that have received data since, in the order in which they appeared.
    /// - Parameter id: only those behind this one.
    package func metrics(
        region: String, namespace: String?, name: String?, receivedSince: Timestamp, after id: Int64
    ) throws -> [StoredMetric] {
        try Row.all(
            self.database,
            sql: """
                SELECT * FROM metrics
                WHERE region = :region AND (:namespace IS NULL OR namespace = :namespace)
                    AND (:name IS NULL OR name = :name) AND last_received_at >= :since AND id > :after
                ORDER BY id
                """,
            arguments: [
                "region": region, "namespace": namespace, "name": name, "since": receivedSince.milliseconds,
                "after": id,
            ]
        ).map(StoredMetric.init(row:))
    }

    func metricID(_ metric: MetricIdentity, region: String) throws -> Int64? {
        try Int64.first(
            self.database,
            sql: "SELECT id FROM metrics WHERE region = ? AND namespace = ? AND name = ? AND dimensions = ?",
            arguments: [region, metric.namespace, metric.name, try StoredJSON.encode(metric.dimensions)])
    }
}

extension MetricTransaction {
    /// The metric's id; it is made if this is its first datum.
    func receive(_ metric: MetricIdentity, region: String, at now: Timestamp) throws -> Int64 {
        try self.database.run(
            sql: """
                INSERT INTO metrics (region, namespace, name, dimensions, last_received_at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (region, namespace, name, dimensions)
                DO UPDATE SET last_received_at = MAX(last_received_at, excluded.last_received_at)
                """,
            arguments: [
                region, metric.namespace, metric.name, try StoredJSON.encode(metric.dimensions), now.milliseconds,
            ])
        guard let id = try self.metricID(metric, region: region) else {
            throw DatabaseError(message: "the metric that was just written is not there")
        }
        return id
    }

    /// Removes metrics whose last datum has expired.
    package func deleteEmptyMetrics(receivedBefore time: Timestamp) throws {
        try self.database.run(
            sql: """
                DELETE FROM metrics WHERE last_received_at < ?
                    AND NOT EXISTS (SELECT 1 FROM metric_data WHERE metric_id = metrics.id)
                """, arguments: [time.milliseconds])
    }
}
