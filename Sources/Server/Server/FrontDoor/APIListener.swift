internal import Hummingbird
internal import HummingbirdCore
internal import HummingbirdTLS
internal import Logging
internal import NIOSSL
internal import ServerFiles
internal import ServiceLifecycle
internal import Synchronization

/// One address on which the API answers.
struct APIListener: Service {
    let address: ListenAddress
    /// `nil` for plain HTTP.
    let tls: TLSConfiguration?
    let frontDoor: FrontDoor
    let ready: ListenersReady
    let logger: Logger

    func run() async throws {
        let application = Application(
            responder: self.frontDoor, server: try self.serverBuilder(),
            configuration: ApplicationConfiguration(address: .hostname(self.address.host, port: self.address.port)),
            onServerRunning: { _ in self.ready.listening() }, logger: self.logger)
        do {
            try await application.run()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ServerFailure("cannot listen on \(self.address): \(error)")
        }
    }

    private func serverBuilder() throws -> HTTPServerBuilder {
        guard let tls = self.tls else { return .http1() }
        return try .tls(.http1(), tlsConfiguration: tls)
    }
}

/// Knows when every address answers, and runs a closure then, once.
final class ListenersReady: Sendable {
    private let waiting: Mutex<Int>
    private let whenReady: @Sendable () -> Void

    init(count: Int, whenReady: @escaping @Sendable () -> Void) {
        self.waiting = Mutex(count)
        self.whenReady = whenReady
    }

    func listening() {
        let left = self.waiting.withLock { waiting in
            waiting -= 1
            return waiting
        }
        if left == 0 { self.whenReady() }
    }
}
