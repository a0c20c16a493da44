internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import WorkloadRuntime

/// Follows the output of one container, line by line, until it has exited and everything is read.
actor OutputFollower {
    private let engine: EngineClient
    private let container: String
    /// Behind the last line that was read.
    private var place: LogPlace?
    private var text: LogText
    private var frames = FrameDecoder()
    private var lines: ArraySlice<LogLine> = []
    private var body: HTTPClientResponse.Body.AsyncIterator?
    private var hasTerminal = false
    private var hasEnded = false

    init(engine: EngineClient, container: String, after place: LogPlace?) {
        self.engine = engine
        self.container = container
        self.place = place
        self.text = LogText(after: place)
    }

    func next() async throws -> LogLine? {
        while true {
            if let line = self.lines.popFirst() {
                self.place = LogPlace(line.position) ?? self.place
                return line
            }
            if self.hasEnded { return nil }
            if self.body == nil, try await !self.open() { return nil }
            var body = self.body
            let chunk: ByteBuffer?
            do {
                chunk = try await body?.next(isolation: #isolation)
            } catch {
                throw self.engine.interruption(error)
            }
            self.body = body
            if let chunk {
                self.lines = self.read(chunk)[...]
            } else {
                try await self.streamEnded()
            }
        }
    }

    /// The engine ends a stream when the container does, and when it goes itself or turns the log over: then it is followed on.
    private func streamEnded() async throws {
        guard try await self.engine.container(self.container)?.status == .running else {
            self.hasEnded = true
            self.lines = self.text.finish()[...]
            return
        }
        self.body = nil
        self.text = LogText(after: self.place)
        self.frames = FrameDecoder()
        try await Task.sleep(for: .milliseconds(200))
    }

    /// False where the container is gone.
    private func open() async throws -> Bool {
        guard let state = try await self.engine.container(self.container) else { return false }
        self.hasTerminal = state.hasTerminal
        var query = [("follow", "1"), ("stdout", "1"), ("stderr", "1"), ("timestamps", "1")]
        if let since = self.place?.since { query.append(("since", since)) }
        self.body = try await self.engine.open(
            .GET, "/containers/\(self.container)/logs", query: query, patience: .unlimited
        ).body.makeAsyncIterator()
        return true
    }

    private func read(_ chunk: ByteBuffer) -> [LogLine] {
        if self.hasTerminal { return self.text.append(Array(buffer: chunk), from: .standardOutput) }
        return self.frames.append(chunk).flatMap {
            self.text.append($0.bytes, from: $0.isError ? .standardError : .standardOutput)
        }
    }
}
