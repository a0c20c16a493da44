internal import HummingbirdCore
internal import HummingbirdTLS
internal import Logging
internal import NIOPosix
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
        do {
            try await self.server().run()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ServerFailure("cannot listen on \(self.address): \(error)")
        }
    }

    private func server() throws -> any Service {
        let channel = APIChannel(frontDoor: self.frontDoor)
        guard let tls = self.tls else { return self.server(channel) }
        return self.server(try TLSChannel(channel, tlsConfiguration: tls))
    }

    private func server(_ channel: some ServerChildChannel) -> any Service {
        channel.server(
            configuration: .init(address: .hostname(self.address.host, port: self.address.port)),
            onServerRunning: { _ in self.ready.listening() }, eventLoopGroup: .singletonMultiThreadedEventLoopGroup,
            logger: self.logger)
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
