internal import WireProtocol

/// The HTTP face of the server: Teal's own pages under `/_teal/`, everything else is an AWS call.
struct FrontDoor: Sendable {
    /// The largest body that a supported operation takes: a 50 MB function archive in base64, with room around it.
    static let maximumBody = 72 << 20

    let dispatcher: Dispatcher
    let ownPages: OwnPages

    func respond(to request: WireRequest) async -> WireResponse {
        if Self.isOwnPage(request) { return await self.ownPages.response(to: request) }
        return await self.dispatcher.respond(to: request)
    }

    /// Whether the body of the request that begins so is handed over as it comes in (`WireRequest.stream`).
    func streamsBody(of head: WireRequest) -> Bool { !Self.isOwnPage(head) && self.dispatcher.streamsBody(of: head) }

    private static func isOwnPage(_ request: WireRequest) -> Bool { request.target.hasPrefix("/_teal/") }

    /// Answers a request whose body was larger than `maximumBody`.
    func refuseBody(of request: WireRequest) -> WireResponse {
        self.dispatcher.refuseBody(of: request, limit: Self.maximumBody)
    }
}
