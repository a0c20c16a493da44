internal import GRDB

extension Migration {
    static let receipts: [Migration] = [
        Migration("receipts-1") { database in
            try database.execute(
                sql: """
                    -- What a deployment's traffic was; of services deployed by Amazon ECS and by CodeDeploy.
                    CREATE TABLE deployment_receipts (
                        deployment TEXT NOT NULL PRIMARY KEY, region TEXT NOT NULL, cluster TEXT NOT NULL, service TEXT NOT NULL,
                        is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)), ledger TEXT NOT NULL,
                        FOREIGN KEY (region, cluster, service) REFERENCES ecs_services (region, cluster, name) ON DELETE CASCADE
                    ) STRICT;
                    CREATE INDEX deployment_receipt_owner ON deployment_receipts (region, cluster, service);
                    CREATE INDEX deployment_receipt_open ON deployment_receipts (deployment) WHERE is_open;
                    """)
        }
    ]
}
