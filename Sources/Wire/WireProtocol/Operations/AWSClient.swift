package import Model

/// The typed caller: one API call to a service, wherever it runs. Every service reaches its neighbours through this, so
/// that each boundary between modules is a documented AWS API.
package struct AWSClient: Sendable {
    /// Carries a call to the service: in-process dispatch, or a signed HTTP request.
    package protocol Transport: Sendable {
        /// - Throws: `AWSError` as the service answered it, or an error of the transport itself.
        func send<Operation: AWSOperation>(
            _ operation: Operation.Type, _ input: Operation.Input, scope: Scope, principal: Principal
        ) async throws -> Reply<Operation.Output>
    }

    package struct Reply<Output: Sendable>: Sendable {
        package let output: Output
        /// By lower-case name.
        package let headers: [String: String]

        package init(output: Output, headers: [String: String]) {
            self.output = output
            self.headers = headers
        }
    }

    package let transport: any Transport
    package let scope: Scope
    package let principal: Principal

    package init(transport: any Transport, scope: Scope, principal: Principal) {
        self.transport = transport
        self.scope = scope
        self.principal = principal
    }

    package func call<Operation: AWSOperation>(
        _ operation: Operation.Type, _ input: Operation.Input
    ) async throws -> Operation.Output {
        try await self.reply(operation, input).output
    }

    /// As `call`, with the reply's headers (`x-teal-routing-generation`).
    package func reply<Operation: AWSOperation>(
        _ operation: Operation.Type, _ input: Operation.Input
    ) async throws -> Reply<Operation.Output> {
        try await self.transport.send(operation, input, scope: self.scope, principal: self.principal)
    }

    package func acting(in scope: Scope) -> AWSClient {
        AWSClient(transport: self.transport, scope: scope, principal: self.principal)
    }
}
