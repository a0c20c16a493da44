internal import FunctionRuntime
internal import LambdaAPI
internal import Model
internal import Store
internal import WireProtocol

extension LambdaHandlers {
    private static let maximumPayload = 6_291_456
    private static let maximumEvent = 1_048_576

    /// The request id of the call is the invocation's. A function that fails is still a success of the call.
    func invoke(_ input: Lambda.InvocationRequest, _ context: RequestContext) async throws -> Lambda.InvocationResponse
    {
        var unsupported = Unsupported()
        unsupported.refuse("DurableExecutionName", if: input.durableExecutionName != nil)
        unsupported.refuse("TenantId", if: input.tenantId != nil)
        try unsupported.check()
        let reference = try FunctionReference(input.functionName, qualifier: input.qualifier)
        _ = try await self.runner.resolve(reference, in: context.scope)
        let invocation = Invocation(
            requestID: context.requestID, payload: try Self.payload(of: input),
            functionARN: reference.arn(in: context.scope).description, clientContext: try Self.clientContext(of: input),
            traceID: Self.traceID(at: self.clock.now()))
        context.replyHeaders.add("X-Amzn-Trace-Id", invocation.traceID)
        switch input.invocationType ?? .requestResponse {
        case .requestResponse:
            do {
                let (outcome, version) = try await self.runner.run(reference, in: context.scope, invocation)
                return Self.response(outcome, version: version, withTail: input.logType == .tail)
            } catch is InvocationInterrupted {
                throw Lambda.Errors.serviceException("The server is shutting down; the invocation was cut off.")
            }
        case .event:
            try await self.queue.accept(invocation, reference, context)
            return Lambda.InvocationResponse(statusCode: 202)
        case .dryRun:
            return Lambda.InvocationResponse(statusCode: 204)
        case .unknown(let type):
            throw Lambda.Errors.invalidParameterValueException("Unknown InvocationType: \(type)")
        }
    }

    private static func response(_ outcome: InvocationOutcome, version: String, withTail: Bool)
        -> Lambda.InvocationResponse
    {
        var response = Lambda.InvocationResponse(statusCode: 200, executedVersion: version)
        switch outcome.result {
        case .returned(let payload): response.payload = payload
        case .failed(let payload):
            response.payload = payload
            response.functionError = "Unhandled"
        }
        if withTail { response.logResult = Base64.encode(outcome.logTail) }
        return response
    }

    /// An empty body is an empty event.
    private static func payload(of input: Lambda.InvocationRequest) throws -> [UInt8] {
        guard let payload = input.payload, !payload.isEmpty else { return Array("{}".utf8) }
        let limit = input.invocationType == .event ? Self.maximumEvent : Self.maximumPayload
        guard payload.count <= limit else {
            throw Lambda.Errors.requestTooLargeException(
                "Request must be smaller than \(limit) bytes for the InvokeFunction operation")
        }
        do {
            _ = try JSONValue(parsing: payload)
        } catch {
            throw Lambda.Errors.invalidRequestContentException("Could not parse request body into json: \(error)")
        }
        return payload
    }

    private static func clientContext(of input: Lambda.InvocationRequest) throws -> String? {
        guard let encoded = input.clientContext else { return nil }
        // Any text that is no JSON is refused alike.
        guard let bytes = Base64.decode(encoded), (try? JSONValue(parsing: bytes)) != nil else {
            throw Lambda.Errors.invalidRequestContentException(
                "Client context must be a valid Base64-encoded JSON object.")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func traceID(at now: Timestamp) -> String {
        let seconds = String(now.milliseconds / 1000, radix: 16)
        return "Root=1-\(seconds)-\(Identifiers.hex(24));Sampled=0"
    }
}
