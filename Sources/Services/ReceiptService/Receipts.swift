package import DeploymentEngine
package import Model
package import Store

/// The receipts of all deployments.
package struct Receipts: Sendable {
    /// What the proxies have counted, as far as this server has heard of it.
    package typealias Reading = @Sendable () -> TrafficReading

    let store: Store
    let clock: any WallClock
    private let reading: Reading
    private let sights: DeploymentSights

    /// - Parameter targets: where the tasks of a service that have not stopped are registered.
    package init(
        store: Store, clock: any WallClock, account: String, reading: @escaping Reading,
        targets: @escaping @Sendable (StoreSnapshot, ServiceKey) throws -> [RegisteredTarget]
    ) {
        self.store = store
        self.clock = clock
        self.reading = reading
        self.sights = DeploymentSights(account: account, targets: targets)
    }

    /// The receipt of a deployment, as it is at this moment; `nil` where there is no such deployment.
    /// - Throws: where the store cannot be read.
    package func receipt(_ id: String) async throws -> DeploymentReceipt? {
        let found = try await self.store.read { snapshot in
            try self.sights.sight(id, in: snapshot).map { ($0, try snapshot.receipt(id)?.ledger) }
        }
        guard let (sight, stored) = found else { return nil }
        let now = self.clock.now()
        var ledger = stored
        if ledger?.countedFrom != nil { ledger?.read(self.reading(), sight.look, startedAt: sight.start, at: now) }
        return DeploymentReceipt(sight.subject, sight.journal, ledger, at: now)
    }

    /// What wakes whoever follows a deployment; `nil` where there is none of this id.
    func subjects(of id: String) async throws -> Set<ChangeSubject>? {
        try await self.store.read { try self.sights.sight(id, in: $0)?.subjects }
    }

    /// Reads the counters for one deployment, and keeps what is new.
    /// - Returns: when to come back though nothing has changed; `nil` where the receipt is final, or its service is gone.
    func record(_ id: String) async throws -> Timestamp? {
        let (isWorthKeeping, next) = try await self.store.read { snapshot -> (Bool, Timestamp?) in
            guard let entry = try self.entry(id, in: snapshot) else { return (false, nil) }
            return (entry.ledger.isWorthKeeping(after: entry.stored), entry.ledger.nextReading(after: entry.now))
        }
        guard isWorthKeeping else { return next }
        return try await self.store.write { transaction in
            guard let entry = try self.entry(id, in: transaction) else { return nil }
            let sight = entry.sight
            try transaction.save(StoredReceipt(deployment: id, service: sight.service, ledger: entry.ledger))
            if entry.ledger.closedAt != nil, entry.stored?.closedAt == nil {
                let receipt = DeploymentReceipt(sight.subject, sight.journal, entry.ledger, at: entry.now)
                let event = ServiceEvent.deploymentReceipt(sight.eventName, summary: receipt.summary)
                try transaction.appendEvent(
                    event.message(service: sight.service.name), to: sight.service, at: entry.now)
            }
            return entry.ledger.nextReading(after: entry.now)
        }
    }

    private struct Entry {
        let sight: DeploymentSight
        let stored: TrafficLedger?
        let ledger: TrafficLedger
        let now: Timestamp
    }

    /// With a new reading. The counters are read after the deployment, so that they hold whatever it tells of.
    private func entry(_ id: String, in snapshot: StoreSnapshot) throws -> Entry? {
        guard let sight = try self.sights.sight(id, in: snapshot), try snapshot.service(sight.service) != nil else {
            return nil
        }
        let stored = try snapshot.receipt(id)?.ledger
        var ledger = stored ?? TrafficLedger()
        let now = self.clock.now()
        ledger.read(self.reading(), sight.look, startedAt: sight.start, at: now)
        return Entry(sight: sight, stored: stored, ledger: ledger, now: now)
    }
}

extension DeploymentSight {
    fileprivate var start: Timestamp { self.subject.startedAt ?? self.subject.createdAt }
}
