internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import WireProtocol

/// The last handler of a connection: gathers the parts of a request, hands the whole to the task that asks for `next`, and
/// writes its answer. Expects NIO's pipelining assistance before it, which holds the next request back until then.
final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    enum Arrival: Sendable {
        case request(WireRequest)
        /// Its body was longer than allowed, and thrown away.
        case oversized(WireRequest)
    }

    private enum State {
        /// With the head of the request whose parts are still to come.
        case receiving(HTTPRequestHead?)
        /// Whole, and not asked for yet.
        case arrived(Arrival, Reply)
        case answering(Reply)
        case closed
    }

    /// What the answer's form depends on.
    private struct Reply {
        var isKeptAlive: Bool
        let isBodySent: Bool
    }

    private let maximumBody: Int
    private let clock: any WallClock
    private var date: (second: Int64, text: String) = (0, "")
    private var state = State.receiving(nil)
    /// Of the request that is received. Apart from the state, so that it grows in place.
    private var body = ByteBuffer()
    private var isOversized = false
    private var waiting: CheckedContinuation<Arrival?, Never>?
    private var context: ChannelHandlerContext?

    init(maximumBody: Int, clock: any WallClock = SystemWallClock()) {
        self.maximumBody = maximumBody
        self.clock = clock
    }

    /// The next request, to be answered before the one after it is asked for; `nil` once the connection has ended.
    func next() async -> Arrival? {
        switch self.state {
        case .arrived(let arrival, let reply):
            self.state = .answering(reply)
            return arrival
        case .receiving, .answering: return await withCheckedContinuation { self.waiting = $0 }
        case .closed: return nil
        }
    }

    func answer(_ response: WireResponse) {
        // A client that has gone gets no answer.
        guard case .answering(let reply) = self.state, let context = self.context else { return }
        var head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: response.status))
        head.headers.reserveCapacity(response.headers.fields.count + 3)
        for field in response.headers.fields { head.headers.add(name: field.name, value: field.value) }
        head.headers.add(name: "Content-Length", value: String(response.body.count))
        head.headers.add(name: "Date", value: self.currentDate())
        if !reply.isKeptAlive { head.headers.add(name: "Connection", value: "close") }
        // What is written last lets the next request in.
        self.state = .receiving(nil)
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        if reply.isBodySent, !response.body.isEmpty {
            context.write(
                self.wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: response.body)))),
                promise: nil)
        }
        guard reply.isKeptAlive else {
            let channel = context.channel
            return context.writeAndFlush(self.wrapOutboundOut(.end(nil))).whenComplete { _ in
                channel.close(promise: nil)
            }
        }
        context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Written once a second.
    private func currentDate() -> String {
        let now = self.clock.now()
        let second = now.milliseconds / 1000
        if second != self.date.second { self.date = (second, now.httpDate) }
        return self.date.text
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (self.unwrapInboundIn(data), self.state) {
        case (.head(let head), .receiving(nil)):
            self.state = .receiving(head)
            if head.expectsContinue { self.allowBody(context) }
        case (.body(let part), .receiving(.some)): self.receive(part)
        case (.end, .receiving(let head?)): self.receiveEnd(of: head)
        case (.head, _), (.body, _), (.end, _):
            // A part out of order would be a bug of the decoder; such a connection is of no more use.
            context.close(promise: nil)
        }
    }

    /// For a client that sends its body only when it may.
    private func allowBody(_ context: ChannelHandlerContext) {
        let head = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(self.wrapOutboundOut(.head(head)), promise: nil)
    }

    private func receive(_ part: ByteBuffer) {
        guard !self.isOversized, self.body.readableBytes + part.readableBytes <= self.maximumBody else {
            self.isOversized = true
            self.body = ByteBuffer()
            return
        }
        // The only part of most bodies.
        if self.body.readableBytes == 0 { self.body = part } else { self.body.writeImmutableBuffer(part) }
    }

    private func receiveEnd(of head: HTTPRequestHead) {
        var request = WireRequest(method: head.method.rawValue, target: head.uri)
        for (name, value) in head.headers { request.headers.append(name, value) }
        request.body = Array(buffer: self.body)
        let arrival: Arrival = self.isOversized ? .oversized(request) : .request(request)
        self.body = ByteBuffer()
        self.isOversized = false
        let reply = Reply(isKeptAlive: head.isKeepAlive, isBodySent: head.method != .HEAD)
        guard let waiting = self.waiting else {
            self.state = .arrived(arrival, reply)
            return
        }
        self.waiting = nil
        self.state = .answering(reply)
        waiting.resume(returning: arrival)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else { return context.fireUserInboundEventTriggered(event) }
        switch self.state {
        case .arrived(let arrival, var reply):
            reply.isKeptAlive = false
            self.state = .arrived(arrival, reply)
        case .answering(var reply):
            reply.isKeptAlive = false
            self.state = .answering(reply)
        case .receiving, .closed: context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.state = .closed
        self.waiting?.resume(returning: nil)
        self.waiting = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

extension HTTPRequestHead {
    /// RFC 9110, 10.1.1: a client of HTTP/1.0 does not know the answer.
    fileprivate var expectsContinue: Bool {
        self.version == .http1_1 && self.headers["Expect"].contains { $0.lowercased() == "100-continue" }
    }
}
