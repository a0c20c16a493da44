internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import WireProtocol

/// The last handler of a connection: gathers the parts of a request, hands the whole to the task that asks for `next`, and
/// writes its answer. A request whose body is streamed is handed over at its head, and its body while it comes in. Expects
/// NIO's pipelining assistance before it, which holds the next request back until then.
final class ExchangeHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
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
    private let streamsBody: (WireRequest) -> Bool
    private let clock: any WallClock
    private var date: (second: Int64, text: String) = (0, "")
    private var state = State.receiving(nil)
    /// Of the request that is received. Apart from the state, so that it grows in place.
    private var body = ByteBuffer()
    private var isOversized = false
    private var waiting: CheckedContinuation<Arrival?, Never>?
    private var context: ChannelHandlerContext?
    /// Of the request that is answered, until all of its body has come in.
    private var intake: BodyIntake?
    /// The client of that request waits for leave to send its body.
    private var isLeaveAwaited = false
    /// The channel asked for more while the intake was full.
    private var isReadHeld = false
    /// Bytes that came in for a request that had been answered.
    private var discarded = 0

    /// - Parameter streamsBody: whether the body of the request that begins so is handed over as it comes in.
    init(
        maximumBody: Int, streamsBody: @escaping (WireRequest) -> Bool, clock: any WallClock = SystemWallClock()
    ) {
        self.maximumBody = maximumBody
        self.streamsBody = streamsBody
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
        guard let (context, reply) = self.begin(response, length: response.body.count) else { return }
        if reply.isBodySent, !response.body.isEmpty {
            context.write(
                self.wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: response.body)))),
                promise: nil)
        }
        self.end(reply, context)
    }

    /// As `answer`, with a body that is read while it is sent, no faster than the client takes it.
    func answer(_ response: WireResponse, streaming source: ByteSource) async {
        guard let (context, reply) = self.begin(response, length: source.length ?? 0) else { return }
        let channel = context.channel
        if reply.isBodySent {
            do {
                while let piece = try await source.next() {
                    let buffer = channel.allocator.buffer(bytes: piece)
                    try await channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(buffer))).get()
                }
            } catch {
                // An end that looks whole would be a lie; the client sees the connection break.
                return channel.close(promise: nil)
            }
        }
        guard let context = self.context else { return }
        self.end(reply, context)
    }

    /// Writes the head.
    /// - Returns: `nil` where the client has gone: it gets no answer.
    private func begin(_ response: WireResponse, length: Int) -> (ChannelHandlerContext, Reply)? {
        guard case .answering(var reply) = self.state, let context = self.context else { return nil }
        // A body that is left unread cannot be told from the next request.
        if self.intake != nil { reply.isKeptAlive = false }
        self.state = .answering(reply)
        var head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: response.status))
        head.headers.reserveCapacity(response.headers.fields.count + 3)
        for field in response.headers.fields { head.headers.add(name: field.name, value: field.value) }
        // What HEAD and a change that is none tell of is not sent.
        if response.headers["Content-Length"] == nil, response.status != 304 {
            head.headers.add(name: "Content-Length", value: String(length))
        }
        head.headers.add(name: "Date", value: self.currentDate())
        if !reply.isKeptAlive { head.headers.add(name: "Connection", value: "close") }
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        return (context, reply)
    }

    private func end(_ reply: Reply, _ context: ChannelHandlerContext) {
        // What is written last lets the next request in.
        self.state = .receiving(nil)
        let channel = context.channel
        if let intake = self.intake, !self.isLeaveAwaited {
            // The client gets its answer once it has sent all, or as much as anybody would read.
            intake.discard()
            context.writeAndFlush(self.wrapOutboundOut(.end(nil)), promise: nil)
            self.readOn()
            return
        }
        guard reply.isKeptAlive else {
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
        case (.body(let part), _) where self.intake != nil: self.takeIn(part, context)
        case (.end, _) where self.intake != nil: self.endIntake(context)
        case (.head(let head), .receiving(nil)): self.receive(head, context)
        case (.body(let part), .receiving(.some)): self.receive(part)
        case (.end, .receiving(let head?)): self.receiveEnd(of: head)
        case (.head, _), (.body, _), (.end, _):
            // A part out of order would be a bug of the decoder; such a connection is of no more use.
            context.close(promise: nil)
        }
    }

    private func receive(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let request = Self.request(head)
        guard !self.streamsBody(request) else { return self.begin(request, head, context) }
        self.state = .receiving(head)
        if head.expectsContinue { self.allowBody(context) }
    }

    private static func request(_ head: HTTPRequestHead) -> WireRequest {
        var request = WireRequest(method: head.method.rawValue, target: head.uri)
        for (name, value) in head.headers { request.headers.append(name, value) }
        return request
    }

    // MARK: Bodies that are handed over as they come in

    private func begin(_ request: WireRequest, _ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let intake = BodyIntake { loop.execute { handler.value.readOn() } }
        self.intake = intake
        self.discarded = 0
        // The call may refuse the request before the client has sent anything. A client with nothing to send is told at
        // once: an answer without leave before it would have to end the connection.
        let isEmpty = head.headers.first(name: "Content-Length") == "0"
        self.isLeaveAwaited = head.expectsContinue && !isEmpty
        if head.expectsContinue, isEmpty { self.allowBody(context) }
        var request = request
        request.stream = ByteSource(length: request.headers["Content-Length"].flatMap { Int($0) }) {
            try await intake.next()
        }
        self.deliver(.request(request), Reply(isKeptAlive: head.isKeepAlive, isBodySent: head.method != .HEAD))
    }

    private func takeIn(_ part: ByteBuffer, _ context: ChannelHandlerContext) {
        self.isLeaveAwaited = false
        self.intake?.receive(part)
        guard case .receiving(nil) = self.state else { return }
        self.discarded += part.readableBytes
        if self.discarded > self.maximumBody { context.close(promise: nil) }
    }

    private func endIntake(_ context: ChannelHandlerContext) {
        self.intake?.end(.success(()))
        self.intake = nil
        self.isLeaveAwaited = false
        self.readOn()
        // It was answered before it had ended.
        if case .receiving(nil) = self.state { context.close(promise: nil) }
    }

    /// The call asks for bytes.
    private func readOn() {
        guard let context = self.context else { return }
        if self.isLeaveAwaited {
            self.isLeaveAwaited = false
            self.allowBody(context)
        }
        guard self.isReadHeld else { return }
        self.isReadHeld = false
        context.read()
    }

    func read(context: ChannelHandlerContext) {
        guard self.intake?.isFull == true else { return context.read() }
        self.isReadHeld = true
    }

    // MARK: Bodies that are taken whole

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
        var request = Self.request(head)
        request.body = Array(buffer: self.body)
        let arrival: Arrival = self.isOversized ? .oversized(request) : .request(request)
        self.body = ByteBuffer()
        self.isOversized = false
        self.deliver(arrival, Reply(isKeptAlive: head.isKeepAlive, isBodySent: head.method != .HEAD))
    }

    private func deliver(_ arrival: Arrival, _ reply: Reply) {
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
        self.intake?.end(.failure(BodyIntake.ConnectionEnded()))
        self.intake = nil
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
