/// One call of a function: what its environment is handed.
package struct Invocation: Equatable, Sendable {
    /// Stays the same over the retries of an asynchronous invocation.
    package let requestID: String
    /// JSON text.
    package let payload: [UInt8]
    /// As the caller named it, with the qualifier.
    package let functionARN: String
    /// JSON text that the caller sent along.
    package let clientContext: String?
    package let traceID: String

    package init(
        requestID: String, payload: [UInt8], functionARN: String, clientContext: String? = nil, traceID: String
    ) {
        self.requestID = requestID
        self.payload = payload
        self.functionARN = functionARN
        self.clientContext = clientContext
        self.traceID = traceID
    }
}

/// How an invocation ended.
package struct InvocationOutcome: Equatable, Sendable {
    package let result: InvocationResult
    /// The last 4096 bytes of its log, from START to REPORT.
    package let logTail: [UInt8]
}

package enum InvocationResult: Equatable, Sendable {
    /// JSON text that the handler returned.
    case returned([UInt8])
    /// The error object that stands in the reply's body (`X-Amz-Function-Error: Unhandled`).
    case failed([UInt8])
}
