internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Model
internal import NIOCore

/// The HTTP API that a function's runtime polls (`/2018-06-01/runtime`), for one process: a listener of its own on
/// loopback tells processes apart, and closes with its process.
struct RuntimeAPI: Sendable {
    let environment: ExecutionEnvironment
    let process: Int

    /// Serves until the task is cancelled.
    /// - Parameter onListening: is told the port.
    func run(onListening: @escaping @Sendable (Int) -> Void) async throws {
        let application = Application(
            router: self.router, configuration: .init(address: .hostname("127.0.0.1", port: 0), serverName: nil),
            onServerRunning: { channel in onListening(channel.localAddress?.port ?? 0) },
            // Each process would log its listener's start and end.
            logger: Logger(label: "teal.function.runtime-api") { _ in SwiftLogNoOpLogHandler() })
        try await application.run()
    }

    private var router: Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        let runtime = router.group("/2018-06-01/runtime")
        runtime.get("invocation/next") { _, _ in await self.next() }
        runtime.post("invocation/:id/response") { request, context in
            let id = context.parameters.get("id") ?? ""
            let body = try await Self.body(of: request)
            guard body.count <= FunctionFailure.maximumResponseSize else {
                _ = self.environment.responsePosted(for: id, body, by: self.process)
                return Self.failure(
                    .contentTooLarge, "RequestEntityTooLarge", FunctionFailure.responseTooLarge.message(requestID: id))
            }
            return Self.response(to: self.environment.responsePosted(for: id, body, by: self.process))
        }
        runtime.post("invocation/:id/error") { request, context in
            let id = context.parameters.get("id") ?? ""
            let (body, type) = try await Self.error(of: request)
            return Self.response(to: self.environment.errorPosted(for: id, body, type: type, by: self.process))
        }
        runtime.post("init/error") { request, _ in
            let (body, type) = try await Self.error(of: request)
            return Self.response(to: self.environment.initErrorPosted(body, type: type, by: self.process))
        }
        return router
    }

    private func next() async -> Response {
        guard let delivery = await self.environment.next(for: self.process) else {
            return Self.failure(.gone, "EnvironmentGone", "this execution environment has ended")
        }
        let invocation = delivery.invocation
        var headers: HTTPFields = [.contentType: "application/json"]
        func add(_ name: String, _ value: String?) {
            guard let value, let field = HTTPField.Name(name) else { return }
            headers[field] = value
        }
        add("Lambda-Runtime-Aws-Request-Id", invocation.requestID)
        add("Lambda-Runtime-Deadline-Ms", String(delivery.deadline.milliseconds))
        add("Lambda-Runtime-Invoked-Function-Arn", invocation.functionARN)
        add("Lambda-Runtime-Trace-Id", invocation.traceID)
        add("Lambda-Runtime-Client-Context", invocation.clientContext)
        add("Lambda-Runtime-Invocation-Id", delivery.attemptID)
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: invocation.payload)))
    }

    /// At most one byte more than a response may have; the rest is read and dropped, so that the runtime hears the answer.
    private static func body(of request: Request) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await chunk in request.body {
            bytes += chunk.readableBytesView.prefix(FunctionFailure.maximumResponseSize + 1 - bytes.count)
        }
        return bytes
    }

    private static func error(of request: Request) async throws -> (body: [UInt8], type: String) {
        let body = try await Self.body(of: request)
        let header = HTTPField.Name("Lambda-Runtime-Function-Error-Type").flatMap { request.headers[$0] }
        // A body that is not JSON has no type of its own.
        let named = (try? JSONValue(parsing: body))?["errorType"]?.string
        return (body, header ?? named ?? "Unhandled")
    }

    private static func response(to answer: EnvironmentMachine.Reaction.Answer) -> Response {
        switch answer {
        case .accepted: Self.json(.accepted, .object([.init("status", .string("OK"))]))
        case .unknownRequest: Self.failure(.badRequest, "InvalidRequestID", "Invalid request ID")
        case .forbidden: Self.failure(.forbidden, "InvalidStateTransition", "Transition is not allowed")
        }
    }

    private static func failure(_ status: HTTPResponse.Status, _ type: String, _ message: String) -> Response {
        Self.json(status, .object([.init("errorMessage", .string(message)), .init("errorType", .string(type))]))
    }

    private static func json(_ status: HTTPResponse.Status, _ value: JSONValue) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: value.serialized)))
    }
}
