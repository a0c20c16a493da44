internal import AsyncHTTPClient
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization
internal import WorkloadRuntime

/// Speaks the Docker Engine API (https://docs.docker.com/engine/api) over its socket; Podman serves the same.
struct EngineClient: Sendable {
    let address: EngineAddress
    let http: HTTPClient
    private let version: NegotiatedVersion

    /// The newest version whose behaviour is known here; engines speak older ones too, down to a minimum that rises.
    static let newestVersion = EngineVersion(major: 1, minor: 47)

    init(address: EngineAddress, http: HTTPClient) {
        self.address = address
        self.http = http
        self.version = NegotiatedVersion()
    }

    /// Every wait of an engine call has an end; that of a container to exit is as long as it takes.
    enum Patience {
        case brief
        case transfer
        case unlimited

        var deadline: NIODeadline {
            switch self {
            case .brief: .now() + .minutes(1)
            case .transfer: .now() + .hours(1)
            case .unlimited: .distantFuture
            }
        }
    }

    /// - Returns: the API version that the engine offers.
    /// - Throws: `RuntimeFailure.unavailable`.
    @discardableResult
    func ping() async throws -> EngineVersion? {
        let response = try await self.execute(.GET, "/_ping", body: nil, deadline: .now() + .seconds(5))
        guard response.status == .ok else {
            throw RuntimeFailure.unavailable("\(self.address) answers \(response.status)")
        }
        return response.headers.first(name: "Api-Version").flatMap(EngineVersion.init)
    }

    /// - Throws: `EngineError` for an answer of 400 and above.
    func call(
        _ method: HTTPMethod, _ path: String, query: [(String, String)] = [], json: JSONValue? = nil,
        patience: Patience = .brief
    ) async throws -> JSONValue {
        let body = json.map { Body(bytes: $0.serialized, type: "application/json") }
        let response = try await self.open(method, path, query: query, body: body, patience: patience)
        let bytes = try await self.collect(response)
        return bytes.isEmpty ? .null : try JSONValue(parsing: bytes)
    }

    struct Body {
        var bytes: [UInt8]
        var type: String
    }

    /// An answer below 400, its body still to be read.
    func open(
        _ method: HTTPMethod, _ path: String, query: [(String, String)] = [], body: Body? = nil,
        patience: Patience = .brief
    ) async throws -> HTTPClientResponse {
        let version = try await self.version.value { try await self.ping() }
        let target = "/v\(version)\(path)\(Self.queryString(query))"
        let response = try await self.execute(method, target, body: body, deadline: patience.deadline)
        guard response.status.code >= 400 else { return response }
        let bytes = try await self.collect(response)
        // Errors are JSON; a proxy in between may answer with anything.
        let message = (try? JSONValue(parsing: bytes))?["message"]?.string ?? String(decoding: bytes, as: UTF8.self)
        throw EngineError(status: Int(response.status.code), message: message)
    }

    private func collect(_ response: HTTPClientResponse) async throws -> [UInt8] {
        do {
            return Array(buffer: try await response.body.collect(upTo: 16 * 1024 * 1024))
        } catch {
            throw self.interruption(error)
        }
    }

    /// What an error means that came in the middle of an answer: the engine or the way to it is gone.
    func interruption(_ error: any Error) -> any Error {
        switch error {
        case is CancellationError, is EngineError, is RuntimeFailure: error
        default: RuntimeFailure.unavailable("\(self.address): \(error)")
        }
    }

    private func execute(
        _ method: HTTPMethod, _ target: String, body: Body?, deadline: NIODeadline
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: self.address.baseURL + target)
        request.method = method
        request.headers.add(name: "Host", value: "docker")
        if let body {
            request.headers.add(name: "Content-Type", value: body.type)
            request.body = .bytes(body.bytes)
        }
        do {
            return try await self.http.execute(request, deadline: deadline)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw RuntimeFailure.unavailable("the container engine at \(self.address) does not answer: \(error)")
        }
    }

    private static func queryString(_ query: [(String, String)]) -> String {
        query.isEmpty ? "" : "?" + query.map { "\($0)=\(Self.escaped($1))" }.joined(separator: "&")
    }

    static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
