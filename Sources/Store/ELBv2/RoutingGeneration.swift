internal import GRDB

extension StoreSnapshot {
    /// How often routing has changed in the life of this file. A snapshot compiled from this read carries it.
    package func routingGeneration() throws -> Int {
        try Int.first(self.database, sql: "SELECT generation FROM elbv2_routing") ?? 0
    }
}

extension StoreTransaction {
    /// Counts one more change of what the proxy has to serve. Called once by every transaction that makes one.
    /// - Returns: the generation that contains the change.
    package func routingChanged() throws -> Int {
        try self.database.run(sql: "UPDATE elbv2_routing SET generation = generation + 1")
        self.changed(.routing)
        return try self.routingGeneration()
    }

    /// Makes sure that generations stay above one that a proxy already serves (an older copy of the file was restored).
    package func raiseRoutingGeneration(above generation: Int) throws {
        try self.database.run(
            sql: "UPDATE elbv2_routing SET generation = ? WHERE generation <= ?",
            arguments: [generation + 1, generation])
        self.changed(.routing)
    }
}
