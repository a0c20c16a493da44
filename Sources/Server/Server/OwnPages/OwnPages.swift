internal import ECSService
internal import HTTPTypes
internal import HummingbirdCore
internal import LambdaService
internal import Model
internal import NIOCore

/// What answers under `/_teal/`.
struct OwnPages: Sendable {
    let health: HealthPage
    let metrics: MetricsPage
    let tasks: TaskPages
    let code: CodePage

    /// Bytes of what a task may send.
    private static let longestChange = 4096

    func response(to request: Request) async -> Response {
        do {
            if request.uri.path.hasPrefix(TaskPages.prefix) {
                var change: [UInt8]?
                if request.method == .put {
                    change = Array(buffer: try await request.body.collect(upTo: Self.longestChange))
                }
                let answer = try await self.tasks.answer(
                    path: request.uri.path, authorization: request.headers[.authorization], change: change)
                return Self.response(.init(code: answer.status), "application/json", answer.document.serialized)
            }
            if request.uri.path.hasPrefix(CodePage.prefix) {
                switch try await self.code.answer(path: request.uri.path, query: request.uri.query ?? "") {
                case .archive(let archive): return Self.response(.ok, "application/zip", archive)
                case .refusal(let status, let text):
                    return Self.response(.init(code: status), "text/plain", Array(text.utf8))
                }
            }
            switch request.uri.path {
            case "/_teal/health":
                return Self.response(.ok, "application/json", try await self.health.document().serialized)
            case "/_teal/metrics":
                return Self.response(
                    .ok, "text/plain; version=0.0.4; charset=utf-8", Array(try await self.metrics.text().utf8))
            default:
                return Self.response(.notFound, "text/plain", Array("no such page\n".utf8))
            }
        } catch {
            let document = JSONValue.object([.init("status", .string("failed")), .init("reason", .string("\(error)"))])
            return Self.response(.serviceUnavailable, "application/json", document.serialized)
        }
    }

    private static func response(_ status: HTTPResponse.Status, _ type: String, _ body: [UInt8]) -> Response {
        Response(status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
