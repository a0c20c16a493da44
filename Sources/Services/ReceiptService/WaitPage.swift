internal import DeploymentEngine
internal import Model
internal import Store
internal import WireProtocol

/// `/_teal/why/ID`: what a deployment waits for, as no AWS API tells it. ID as in ``ReceiptPage``.
package struct WaitPage: Sendable {
    package static let prefix = "/_teal/why/"

    private let receipts: Receipts

    package init(_ receipts: Receipts) { self.receipts = receipts }

    /// - Throws: where the store cannot be read.
    package func answer(path: String) async throws -> ReceiptPage.Answer {
        let name = PercentEncoding.decode(path.dropFirst(Self.prefix.count))
        guard let id = DeploymentName.id(name) else {
            return .refusal(status: 400, "\(name) is not the ARN of a service deployment")
        }
        guard let document = try await self.receipts.store.read({ try Self.document(id, in: $0) }) else {
            return .refusal(status: 404, "there is no deployment \(name)")
        }
        return .document(document)
    }

    private static func document(_ id: String, in snapshot: StoreSnapshot) throws -> JSONValue? {
        if let machine = try snapshot.codeDeployDeployment(.init(id))?.machine {
            return Self.document(id, machine.status.rawValue, machine.wait, machine.journal, machine.servedPercent * 10)
        }
        if let machine = try snapshot.serviceDeployment(.init(rawValue: id))?.machine {
            return Self.document(
                id, machine.status.rawValue, machine.wait, machine.journal, machine.servedProductionPermille)
        }
        return nil
    }

    private static func document(
        _ id: String, _ status: String, _ wait: DeploymentWait?, _ journal: DeploymentJournal, _ permille: Int
    ) -> JSONValue {
        let step = journal.entries.last { $0.endedAt == nil }?.step
        return .object([
            .init("deployment", .string(id)), .init("status", .string(status)),
            .init("step", step.map { .string($0) } ?? .null),
            .init("targetWeight", .number(Double(permille) / 10)),
            .init(
                "wait",
                wait.map {
                    .object([
                        .init("reason", .string($0.reason)),
                        .init("deadline", $0.deadline.map { .string($0.iso8601) } ?? .null),
                        .init("exit", .string($0.exit)),
                    ])
                } ?? .null),
        ])
    }
}

/// The deployment that a page's address names.
enum DeploymentName {
    /// `nil` for the ARN of something else.
    static func id(_ name: String) -> String? {
        guard name.hasPrefix("arn:") else { return name }
        guard let segments = ARN(name)?.resourceSegments, segments.count == 4, segments[0] == "service-deployment"
        else {
            return nil
        }
        return segments[3]
    }
}
