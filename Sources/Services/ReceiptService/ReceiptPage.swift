internal import DeploymentEngine
package import Model
internal import WireProtocol

/// `/_teal/deployments/ID/receipt`: a deployment's receipt as JSON, or as text with `?format=text`. ID is a service deployment's
/// id or ARN, or a CodeDeploy deployment's id, percent-encoded.
package struct ReceiptPage: Sendable {
    package static let prefix = "/_teal/deployments/"
    private static let suffix = "/receipt"

    package enum Answer: Equatable, Sendable {
        case document(JSONValue)
        case text(String)
        /// With a sentence for people.
        case refusal(status: Int, String)
    }

    private let receipts: Receipts

    package init(_ receipts: Receipts) { self.receipts = receipts }

    /// - Parameter query: without the question mark.
    /// - Throws: where the store cannot be read.
    package func answer(path: String, query: String) async throws -> Answer {
        let name = PercentEncoding.decode(path.dropFirst(Self.prefix.count).dropLast(Self.suffix.count))
        guard path.hasPrefix(Self.prefix), path.hasSuffix(Self.suffix), !name.isEmpty else {
            return .refusal(status: 404, "no such page; a receipt is at \(Self.prefix)ID\(Self.suffix)")
        }
        guard let id = DeploymentName.id(name) else {
            return .refusal(status: 400, "\(name) is not the ARN of a service deployment")
        }
        guard let receipt = try await self.receipts.receipt(id) else {
            return .refusal(status: 404, "there is no deployment \(name)")
        }
        switch query {
        case "", "format=json": return .document(receipt.document)
        case "format=text": return .text(receipt.lines.joined(separator: "\n") + "\n")
        default: return .refusal(status: 400, "a receipt takes format=json or format=text, not \(query)")
        }
    }
}
