package import Model
internal import Store

/// The output of containers, which this machine reads again after a restart: the lines and how far they reach are stored
/// together, so that none is lost and none stands twice.
extension LogsHandlers {
    /// Behind the last stored line; `nil` before the first, or where the stream does not exist.
    package func sourcePosition(group: String, stream: String, region: String) async throws -> String? {
        try await self.store.read { snapshot in
            guard let group = try snapshot.logGroup(region: region, name: group) else { return nil }
            return try snapshot.logStream(groupID: group.id, name: stream)?.sourcePosition
        }
    }

    /// - Parameters:
    ///   - lines: oldest first.
    ///   - position: behind the last of them.
    /// - Throws: `ResourceNotFoundException` where group or stream has been deleted.
    package func append(
        lines: [(at: Timestamp, text: String)], upTo position: String, group: String, stream: String, in scope: Scope
    ) async throws {
        let now = self.clock.now()
        try await self.store.write { transaction in
            let group = try transaction.existingLogGroup(group, in: scope)
            let stream = try transaction.existingLogStream(stream, of: group)
            let batch = LogBatch(times: lines.map(\.at), retentionDays: group.retentionDays, at: now)
            // An event is never empty.
            let events = lines[batch.accepted].map { (time: $0.at, message: $0.text.isEmpty ? " " : $0.text) }
            try transaction.appendLogEvents(events, to: stream, at: now)
            try transaction.setSourcePosition(position, of: stream)
        }
    }
}
