internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore
internal import WireProtocol

/// The HTTP face of the server: Teal's own pages under `/_teal/`, everything else is an AWS call.
struct FrontDoor: HTTPResponder {
    typealias Context = BasicRequestContext

    /// The largest body that a supported operation takes: a 50 MB function archive in base64, with room around it.
    private static let maximumBody = 72 << 20

    let dispatcher: Dispatcher
    let ownPages: OwnPages

    func respond(to request: Request, context: Context) async throws -> Response {
        if request.uri.path.hasPrefix("/_teal/") { return await self.ownPages.response(to: request) }
        var incoming = WireRequest(method: request.method.rawValue, target: request.uri.string)
        if let authority = request.head.authority { incoming.headers.append("Host", authority) }
        for field in request.headers { incoming.headers.append(field.name.rawName, field.value) }
        do {
            var request = request
            incoming.body = Array(buffer: try await request.collectBody(upTo: Self.maximumBody))
        } catch is NIOTooManyBytesError {
            return Self.response(self.dispatcher.refuseBody(of: incoming, limit: Self.maximumBody))
        }
        return Self.response(await self.dispatcher.respond(to: incoming))
    }

    private static func response(_ answer: WireResponse) -> Response {
        var headers = HTTPFields()
        for field in answer.headers.fields {
            guard let name = HTTPField.Name(field.name) else { continue }
            headers.append(HTTPField(name: name, value: field.value))
        }
        return Response(
            status: HTTPResponse.Status(code: answer.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }
}
