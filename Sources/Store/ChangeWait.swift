package import Model

extension WallClock {
    /// Until something changes or the moment has come, whichever is first.
    /// - Parameter changes: a watch of the change feed.
    package func wait(for changes: AsyncStream<Void>, until deadline: Timestamp?) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in changes { break }
                try Task.checkCancellation()
            }
            if let deadline { group.addTask { try await self.sleep(until: deadline) } }
            _ = try await group.next()
            group.cancelAll()
        }
    }
}
