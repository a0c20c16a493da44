internal import Logging
internal import LogsAPI
internal import Model
internal import ServiceLifecycle
internal import Store
internal import WireProtocol

extension LogsHandlers {
    private static let allowedDays: Set<Int> = [
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ]

    func putRetentionPolicy(_ input: Logs.PutRetentionPolicyRequest, _ context: RequestContext) async throws
        -> EmptyShape
    {
        guard Self.allowedDays.contains(input.retentionInDays) else {
            throw Logs.Errors.invalidParameterException(
                "1 validation error detected: Value '\(input.retentionInDays)' at 'retentionInDays' failed to satisfy "
                    + "constraint: Member must satisfy enum value set: [\(Self.allowedDays.sorted().map(String.init).joined(separator: ", "))]"
            )
        }
        return try await self.setRetention(input.retentionInDays, of: input.logGroupName, context)
    }

    func deleteRetentionPolicy(
        _ input: Logs.DeleteRetentionPolicyRequest, _ context: RequestContext
    ) async throws -> EmptyShape {
        try await self.setRetention(nil, of: input.logGroupName, context)
    }

    private func setRetention(_ days: Int?, of name: String, _ context: RequestContext) async throws -> EmptyShape {
        try await self.store.write { transaction in
            let group = try transaction.existingLogGroup(name, in: context.scope)
            try transaction.setRetention(days: days, ofLogGroup: group.id)
        }
        return EmptyShape()
    }
}

/// Deletes events that are older than their group keeps them, every hour.
struct RetentionController: Service {
    private static let batch = 5_000

    let store: LogStore
    let clock: any WallClock
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            repeat {
                do {
                    try await self.expire()
                } catch {
                    self.logger.error("expired log events could not be deleted", metadata: ["error": "\(error)"])
                }
                // Ends with the server: the sleep throws when it is cancelled.
            } while (try? await self.clock.sleep(for: .hours(1))) != nil
        }
    }

    /// In small transactions, so that writers get their turn between them.
    func expire() async throws {
        for group in try await self.store.read({ try $0.expiringLogGroups() }) {
            guard let days = group.retentionDays else { continue }
            let limit = self.clock.now() - .hours(24 * days)
            while try await self.store.write({
                try $0.expireLogEvents(ofLogGroup: group.id, before: limit, limit: Self.batch)
            }) == Self.batch {}
        }
    }
}
