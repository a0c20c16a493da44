package import DeploymentEngine
internal import GRDB

/// What is kept of a deployment's traffic. It goes with its service.
package struct StoredReceipt: Equatable, Sendable {
    /// The deployment's id: of Amazon ECS or of CodeDeploy.
    package let deployment: String
    package let service: ServiceKey
    package var ledger: TrafficLedger

    package init(deployment: String, service: ServiceKey, ledger: TrafficLedger) {
        self.deployment = deployment
        self.service = service
        self.ledger = ledger
    }
}

extension StoreSnapshot {
    package func receipt(_ deployment: String) throws -> StoredReceipt? {
        try Row.first(
            self.database, sql: "SELECT * FROM deployment_receipts WHERE deployment = ?", arguments: [deployment]
        ).map {
            StoredReceipt(
                deployment: $0["deployment"],
                service: ServiceKey(region: $0["region"], cluster: $0["cluster"], name: $0["service"]),
                ledger: try StoredJSON.decode(TrafficLedger.self, from: $0["ledger"]))
        }
    }

    /// Deployments whose receipts are not final.
    package func openReceipts() throws -> [String] {
        try String.all(
            self.database, sql: "SELECT deployment FROM deployment_receipts WHERE is_open ORDER BY deployment")
    }
}

extension StoreTransaction {
    /// - Precondition: the service is there.
    package func save(_ receipt: StoredReceipt) throws {
        try self.database.run(
            sql: """
                INSERT INTO deployment_receipts (deployment, region, cluster, service, is_open, ledger) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (deployment) DO UPDATE SET is_open = excluded.is_open, ledger = excluded.ledger
                """,
            arguments: [
                receipt.deployment, receipt.service.region, receipt.service.cluster, receipt.service.name,
                receipt.ledger.closedAt == nil, try StoredJSON.encode(receipt.ledger),
            ])
    }

    /// Forgets receipts whose deployments are forgotten.
    func deleteReceipts(of service: ServiceKey) throws {
        try self.database.run(
            sql: """
                DELETE FROM deployment_receipts WHERE region = ? AND cluster = ? AND service = ?
                    AND deployment NOT IN (SELECT id FROM ecs_service_deployments)
                    AND deployment NOT IN (SELECT id FROM codedeploy_deployments)
                """,
            arguments: service.arguments)
    }
}
