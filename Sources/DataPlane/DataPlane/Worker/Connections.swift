internal import TrafficRouting

/// A connection to a target: in its target's idle list, or lent to one client's exchange.
final class UpstreamConnection {
    var slot = -1
    var socket: StreamSocket
    let target: TargetRoute
    var input: Buffer?
    var isConnecting: Bool
    /// Has answered a request before: when it dies now, the target has most likely just closed an idle connection.
    var wasUsed = false
    /// Monotonic milliseconds.
    var idleSince: Int64 = 0
    var client: ClientConnection?

    init(_ number: Int32, isConnecting: Bool, target: TargetRoute) {
        self.socket = StreamSocket(number: number, isConnected: !isConnecting)
        self.isConnecting = isConnecting
        self.target = target
    }
}

/// A client's connection and the request that it is at.
final class ClientConnection {
    enum Phase {
        /// Waiting for a request head, or in the middle of one.
        case idle
        /// A target is, or will be, answering.
        case exchanging
        /// Sending an answer that the load balancer made.
        case answering(closeAfter: Bool)
        /// After 101: bytes go both ways unread.
        case tunnel
        /// All is sent; waiting for the client to close, so that a reset does not destroy what it has not read yet.
        case lingering
        case closed
    }

    var slot = -1
    var socket: StreamSocket
    /// The bound port that it came in by.
    let port: UInt16
    let peer: IPAddress
    let peerPort: UInt16
    /// Monotonic milliseconds.
    let bornAt: Int64
    var input: Buffer?
    var output: Buffer?
    var phase = Phase.idle
    /// Has had an answer: the client knows that the connection may be closed before the next one.
    var wasAnswered = false
    var scanner = HeadScanner()
    var exchange = Exchange()
    /// Monotonic milliseconds: when the present wait is over.
    var deadline: Int64
    var loadBalancer: LoadBalancerRoute?

    init(_ number: Int32, port: UInt16, peer: IPAddress, peerPort: UInt16, now: Int64, deadline: Int64) {
        self.socket = StreamSocket(number: number, isConnected: true)
        self.port = port
        self.peer = peer
        self.peerPort = peerPort
        self.bornAt = now
        self.deadline = deadline
    }

    /// The whole request has been received, and no answer has begun.
    var awaitsOnlyItsAnswer: Bool {
        if case .exchanging = self.phase { return self.exchange.requestBody.isDone }
        return false
    }

    /// Whether it can be closed without more ado: the client has said that it sends nothing more, and nothing has come.
    var isOver: Bool {
        self.exchange.clientCloses && self.exchange.requestBody.isDone && !self.socket.canRead
            && (self.input?.isEmpty ?? true)
    }
}

/// One request's way to a target and back.
struct Exchange {
    var upstream: UpstreamConnection?
    var group: GroupRoute?
    /// Set only where the answer may bind the client to its group or target.
    var stickyForward: ForwardRoute?
    /// The rewritten request head; kept until the target answers, to be sent again on another connection.
    var head: Buffer?
    var requestBody = BodyScanner(.length(0))
    var responseBody = BodyScanner(.length(0))
    var responseScanner = HeadScanner()
    var isHeadRequest = false
    var isHTTP10 = false
    var wantsUpgrade = false
    /// Neither connection may carry another request (desync mitigation).
    var isAmbiguous = false
    /// The client has asked for the connection to be closed.
    var clientCloses = false
    /// The client's connection may be used for another request afterwards.
    var keepsClient = false
    /// The target's connection too.
    var keepsUpstream = false
    var hasResponseHead = false
    /// The request may be sent twice: idempotent and without a body.
    var isReplayable = false
    var wasReplayed = false
    var wasRerouted = false
    /// Ended by the deadline of its draining target.
    var wasCut = false
    /// Some byte has come back.
    var wasAnswered = false
    /// Monotonic nanoseconds.
    var startedAt: Int64 = 0

    /// Chunks are unknown to HTTP/1.0.
    var stripsChunks: Bool { self.isHTTP10 }
}
