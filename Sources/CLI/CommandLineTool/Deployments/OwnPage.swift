internal import AsyncHTTPClient
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import WireProtocol

/// A page under `/_teal/` of a server.
struct OwnPage: Sendable {
    let status: Int
    let body: [UInt8]

    /// - Parameter endpoint: of the server, without a slash at the end.
    /// - Throws: `CommandFailure` where the server cannot be reached.
    static func read(_ path: String, from endpoint: String) async throws -> OwnPage {
        do {
            let response = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: endpoint + path), timeout: .seconds(10))
            let body = try await response.body.collect(upTo: 1 << 24)
            return OwnPage(status: Int(response.status.code), body: Array(buffer: body))
        } catch {
            throw CommandFailure("\(endpoint) cannot be reached: \(error)")
        }
    }

    var text: String { String(decoding: self.body, as: UTF8.self) }

    /// The sentence of a page that answered no.
    var reason: String {
        // A page of something else than this server has no such sentence: its status has to do.
        let document = try? JSONValue(parsing: self.body)
        return document?["reason"]?.string ?? "the server answered \(self.status)"
    }
}

/// What a command could not do, for people.
struct CommandFailure: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
