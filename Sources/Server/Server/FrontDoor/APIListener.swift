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
    let tls: ServerConfiguration.TLSFiles?
    let frontDoor: FrontDoor
    let ready: ListenersReady
    let logger: Logger

    func run() async throws {
        let application = Application(
            responder: self.frontDoor, server: try self.serverBuilder(),
            configuration: ApplicationConfiguration(address: .hostname(self.address.host, port: self.address.port)),
            onServerRunning: { channel in
                self.ready.listening(self.address, port: channel.localAddress?.port ?? self.address.port)
            }, logger: self.logger)
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
        let chain = try NIOSSLCertificate.fromPEMFile(tls.certificate).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(file: tls.privateKey, format: .pem)
        return try .tls(
            .http1(), tlsConfiguration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
    }
}

/// Knows when every address answers, and runs a closure then, once.
final class ListenersReady: Sendable {
    private struct State {
        var waiting: Int
        var ports: [ListenAddress: Int] = [:]
    }

    private let state: Mutex<State>
    private let whenReady: @Sendable ([ListenAddress: Int]) -> Void

    /// - Parameter whenReady: gets the port that each address has; it differs where 0 was asked for.
    init(count: Int, whenReady: @escaping @Sendable ([ListenAddress: Int]) -> Void) {
        self.state = Mutex(State(waiting: count))
        self.whenReady = whenReady
    }

    func listening(_ address: ListenAddress, port: Int) {
        let ports: [ListenAddress: Int]? = self.state.withLock { state in
            state.ports[address] = port
            state.waiting -= 1
            return state.waiting == 0 ? state.ports : nil
        }
        if let ports { self.whenReady(ports) }
    }
}
