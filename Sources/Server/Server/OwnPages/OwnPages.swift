internal import ECSService
internal import LambdaService
internal import Model
internal import ReceiptService
internal import WireProtocol

/// What answers under `/_teal/`.
struct OwnPages: Sendable {
    let health: HealthPage
    let metrics: MetricsPage
    let tasks: TaskPages
    let code: CodePage
    let receipts: ReceiptPage
    let waits: WaitPage

    /// Bytes of what a task may send.
    private static let longestChange = 4096

    func response(to request: WireRequest) async -> WireResponse {
        let path = String(request.path)
        do {
            if path.hasPrefix(TaskPages.prefix) {
                let change = request.method == "PUT" ? request.body : nil
                guard (change?.count ?? 0) <= Self.longestChange else {
                    return Self.response(
                        413, "text/plain", Array("the body is larger than \(Self.longestChange) bytes\n".utf8))
                }
                let answer = try await self.tasks.answer(
                    path: path, authorization: request.headers["Authorization"], change: change)
                return Self.response(answer.status, "application/json", answer.document.serialized)
            }
            if path.hasPrefix(CodePage.prefix) {
                switch try await self.code.answer(path: path, query: String(request.query)) {
                case .archive(let archive): return Self.response(200, "application/zip", archive)
                case .refusal(let status, let text):
                    return Self.response(status, "text/plain", Array(text.utf8))
                }
            }
            if path.hasPrefix(ReceiptPage.prefix) {
                return Self.response(try await self.receipts.answer(path: path, query: String(request.query)))
            }
            if path.hasPrefix(WaitPage.prefix) { return Self.response(try await self.waits.answer(path: path)) }
            switch path {
            case "/_teal/health":
                return Self.response(200, "application/json", try await self.health.document().serialized)
            case "/_teal/metrics":
                return Self.response(
                    200, "text/plain; version=0.0.4; charset=utf-8", Array(try await self.metrics.text().utf8))
            default:
                return Self.response(404, "text/plain", Array("no such page\n".utf8))
            }
        } catch {
            return Self.refusal(503, "\(error)")
        }
    }

    private static func response(_ answer: ReceiptPage.Answer) -> WireResponse {
        switch answer {
        case .document(let document): Self.response(200, "application/json", document.serialized)
        case .text(let text): Self.response(200, "text/plain; charset=utf-8", Array(text.utf8))
        case .refusal(let status, let reason): Self.refusal(status, reason)
        }
    }

    private static func refusal(_ status: Int, _ reason: String) -> WireResponse {
        let document = JSONValue.object([.init("status", .string("failed")), .init("reason", .string(reason))])
        return Self.response(status, "application/json", document.serialized)
    }

    private static func response(_ status: Int, _ type: String, _ body: [UInt8]) -> WireResponse {
        WireResponse(status: status, headers: ["Content-Type": type], body: body)
    }
}
