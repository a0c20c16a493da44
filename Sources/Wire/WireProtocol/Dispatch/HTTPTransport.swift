internal import AsyncHTTPClient
package import Model
internal import NIOCore
internal import NIOHTTP1

/// Calls services over HTTP, signed: Teal from outside, or AWS.
package struct HTTPTransport: AWSClient.Transport {
    /// Base URL without a trailing slash: `http://127.0.0.1:4566`.
    package let endpoint: String
    package let signer: RequestSigner
    private let clock: any WallClock
    /// Longer than the longest call, a synchronous Lambda invocation.
    private static let timeout = TimeAmount.minutes(16)

    package init(endpoint: String, signer: RequestSigner, clock: any WallClock) {
        self.endpoint = endpoint
        self.signer = signer
        self.clock = clock
    }

    package func send<Operation: AWSOperation>(
        _ operation: Operation.Type, _ input: Operation.Input, scope: Scope, principal: Principal
    ) async throws -> AWSClient.Reply<Operation.Output> {
        let frame = OperationFrame(operation)
        guard let codec = Operation.service.dialects.first?.codec else {
            throw UnreadableReply(
                operation: Operation.name, status: 0, reason: "\(Operation.service.name) speaks no dialect of ours")
        }
        var request = codec.request(input.wireValue, for: frame)
        request.headers.append("Host", self.authority)
        self.signer.sign(&request, region: scope.region, service: Operation.service.signingName, at: self.clock.now())
        let response = try await self.perform(request)
        let output = try Operation.Output(wire: codec.output(of: response, for: frame))
        let headers = response.headers.fields.map { ($0.name.lowercased(), $0.value) }
        return AWSClient.Reply(output: output, headers: Dictionary(headers) { $1 })
    }

    private var authority: String {
        let rest = self.endpoint.split(separator: "/", omittingEmptySubsequences: true)
        return rest.count > 1 ? String(rest[1]) : self.endpoint
    }

    private func perform(_ request: WireRequest) async throws -> WireResponse {
        var outgoing = HTTPClientRequest(url: self.endpoint + request.target)
        outgoing.method = HTTPMethod(rawValue: request.method)
        for field in request.headers.fields { outgoing.headers.add(name: field.name, value: field.value) }
        if !request.body.isEmpty { outgoing.body = .bytes(request.body) }
        let reply = try await HTTPClient.shared.execute(outgoing, timeout: Self.timeout)
        let body = try await reply.body.collect(upTo: 64 << 20)
        var response = WireResponse(status: Int(reply.status.code), body: Array(buffer: body))
        for header in reply.headers { response.headers.append(header.name, header.value) }
        return response
    }
}
