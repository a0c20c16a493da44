internal import HTTPTypes
internal import HummingbirdCore
internal import Model
internal import NIOCore

/// What answers under `/_teal/`.
struct OwnPages: Sendable {
    let version: String
    let startedAt: Timestamp

    func response(to request: Request) async -> Response {
        switch request.uri.path {
        case "/_teal/health":
            let document = JSONValue.object([
                .init("status", .string("ok")), .init("version", .string(self.version)),
                .init("startedAt", .string(self.startedAt.iso8601)),
            ])
            return Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: document.serialized)))
        default:
            return Response(status: .notFound, body: ResponseBody(byteBuffer: ByteBuffer(string: "no such page\n")))
        }
    }
}
