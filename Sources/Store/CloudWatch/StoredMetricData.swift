internal import FoundationEssentials
internal import GRDB
package import Model
package import Monitoring

/// What was received of a metric in one period, by unit.
package struct StoredMetricPeriod: Equatable, Sendable {
    package let start: Timestamp
    /// Unit as the producer named it; at least one.
    package let aggregates: [String: MetricAggregate]
}

extension MetricSnapshot {
    /// The periods that have data, in order. Data that are kept more coarsely than the grid's period are left out.
    /// - Parameter unit: `nil` for every unit.
    package func data(of metric: MetricIdentity, region: String, unit: String?, in grid: PeriodGrid) throws
        -> [StoredMetricPeriod]
    {
        guard let id = try self.metricID(metric, region: region) else { return [] }
        let rows = try Row.all(
            self.database,
            sql: """
                SELECT * FROM metric_data
                WHERE metric_id = :metric AND start >= :start AND start < :end AND tier * 1000 <= :period
                    AND (:unit IS NULL OR unit = :unit)
                ORDER BY start
                """,
            arguments: [
                "metric": id, "start": grid.start.milliseconds, "end": grid.end.milliseconds,
                "period": max(grid.period.milliseconds, 1000), "unit": unit,
            ]
        ).map { (start: Timestamp(milliseconds: $0["start"]), unit: $0["unit"] as String, MetricAggregate(row: $0)) }
        var periods: [(start: Timestamp, aggregates: [String: MetricAggregate])] = []
        for (time, unit, aggregate) in rows {
            let start = grid.start(of: time)
            if periods.last?.start != start { periods.append((start, [:])) }
            let last = periods.count - 1
            var whole = aggregate
            if let earlier = periods[last].aggregates[unit] { whole.merge(earlier) }
            periods[last].aggregates[unit] = whole
        }
        return periods.map { StoredMetricPeriod(start: $0.start, aggregates: $0.aggregates) }
    }
}

extension MetricTransaction {
    /// Adds data to what is there already of their spans of time.
    /// - Parameter tier: how finely data of a resolution of a minute are kept.
    package func record(_ samples: [MetricSample], region: String, minuteTier: MetricTier, at now: Timestamp) throws {
        var ids: [MetricIdentity: Int64] = [:]
        for sample in samples {
            let id: Int64
            if let known = ids[sample.metric] {
                id = known
            } else {
                id = try self.receive(sample.metric, region: region, at: now)
                ids[sample.metric] = id
            }
            let tier = sample.resolution == 1 ? MetricTier.second : minuteTier
            try self.add(
                sample.aggregate, metric: id, start: tier.start(of: sample.time), tier: tier, unit: sample.unit)
        }
    }

    private func add(_ aggregate: MetricAggregate, metric: Int64, start: Timestamp, tier: MetricTier, unit: String)
        throws
    {
        let key: StatementArguments = [metric, start.milliseconds, tier.rawValue, unit]
        var whole = aggregate
        let stored = try Row.first(
            self.database,
            sql: "SELECT * FROM metric_data WHERE metric_id = ? AND start = ? AND tier = ? AND unit = ?",
            arguments: key
        ).map(MetricAggregate.init(row:))
        if let stored { whole.merge(stored) }
        try self.database.run(
            sql: """
                INSERT OR REPLACE INTO metric_data
                    (metric_id, start, tier, unit, count, sum, minimum, maximum, distribution)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: key + [
                whole.count, whole.sum, whole.minimum, whole.maximum, whole.distribution.map(Self.blob),
            ])
    }

    /// Moves data of a tier from before a moment into the next one, or deletes them where there is none; at most so many rows
    /// at a time, oldest first.
    /// - Returns: how many rows it took.
    package func rollUp(_ tier: MetricTier, before time: Timestamp, limit: Int) throws -> Int {
        let rows = try Row.all(
            self.database, sql: "SELECT * FROM metric_data WHERE tier = ? AND start < ? ORDER BY start LIMIT ?",
            arguments: [tier.rawValue, time.milliseconds, limit]
        ).map { row in
            (
                metric: row["metric_id"] as Int64, start: Timestamp(milliseconds: row["start"]),
                unit: row["unit"] as String, aggregate: MetricAggregate(row: row)
            )
        }
        for row in rows {
            if let coarser = tier.coarser {
                try self.add(
                    row.aggregate, metric: row.metric, start: coarser.start(of: row.start), tier: coarser,
                    unit: row.unit)
            }
            try self.database.run(
                sql: "DELETE FROM metric_data WHERE metric_id = ? AND start = ? AND tier = ? AND unit = ?",
                arguments: [row.metric, row.start.milliseconds, tier.rawValue, row.unit])
        }
        return rows.count
    }

    private static func blob(_ distribution: ValueDistribution) -> Data {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(distribution.buckets.count * 16)
        for bucket in distribution.buckets {
            for number in [bucket.value, bucket.count] {
                withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
            }
        }
        return Data(bytes)
    }
}

extension MetricAggregate {
    fileprivate init(row: Row) {
        let blob: Data? = row["distribution"]
        self.init(
            count: row["count"], sum: row["sum"], minimum: row["minimum"], maximum: row["maximum"],
            distribution: blob.map(Self.distribution))
    }

    private static func distribution(_ blob: Data) -> ValueDistribution {
        let numbers = blob.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count - 7, by: 8).map { offset in
                Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            }
        }
        return ValueDistribution(
            stride(from: 0, to: numbers.count - 1, by: 2).map { index in
                ValueDistribution.Bucket(value: numbers[index], count: numbers[index + 1])
            })
    }
}
