import Testing
import WireProtocol

/// Expects an error of this code.
func expect<Output>(
    code: String, sourceLocation: SourceLocation = #_sourceLocation, _ call: () async throws -> Output
) async {
    let error = await #expect(throws: AWSError.self, sourceLocation: sourceLocation) { _ = try await call() }
    #expect(error?.code == code, sourceLocation: sourceLocation)
}
