internal import FunctionRuntime
internal import Model

/// Serves functions' archives at the addresses that `GetFunction` gives out.
package struct CodePage: Sendable {
    package static let prefix = CodeLinks.prefix

    package enum Answer: Equatable, Sendable {
        case archive([UInt8])
        /// Plain text.
        case refusal(status: Int, String)
    }

    let codes: FunctionCodeStore
    let links: CodeLinks
    let clock: any WallClock

    /// - Parameter query: without the question mark.
    package func answer(path: String, query: String) async throws -> Answer {
        switch self.links.verify(path: path, query: query, at: self.clock.now()) {
        case .invalid: return .refusal(status: 403, "this address is not one that GetFunction gave out\n")
        case .expired: return .refusal(status: 403, "this address has expired; call GetFunction again\n")
        case .code(let sha):
            guard let archive = try await self.codes.archive(of: sha) else {
                return .refusal(status: 404, "no function has this code any more\n")
            }
            return .archive(archive)
        }
    }
}
