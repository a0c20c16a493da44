package import AsyncHTTPClient
package import Logging
internal import Model
internal import NIOCore
internal import NIOHTTP1
package import WorkloadRuntime

/// Runs containers in a Docker engine, or in Podman, which serves the same API. Everything that it makes is labelled with the
/// data directory and the task, and is found again by that.
///
/// Networks: in `awsvpc` mode a sandbox container (`PauseProgram`) has an address on a bridge network of the data directory, and
/// the task's containers share its network. In `bridge` mode each container is on that network by itself and its ports are
/// published; in `host` and `none` mode there is nothing to make.
package final class DockerEngineRuntime: WorkloadRuntime {
    /// How the host reaches a container of an `awsvpc` task.
    package enum Reachability: Sendable {
        /// By the container's own address.
        case direct
        /// By ports published on the host: rootless engines and those in a virtual machine hide container addresses.
        case published
    }

    package let kind = RuntimeKind.docker
    let engine: EngineClient
    let publishAddress: String
    let reachability: Reachability
    let naming: Naming
    let logger: Logger

    /// - Parameters:
    ///   - dataDirectory: an absolute path; tells the servers of one machine apart.
    ///   - publishAddress: where ports of `bridge` tasks are published.
    package init(
        engine address: EngineAddress, dataDirectory: String, reachability: Reachability,
        publishAddress: String = "127.0.0.1",
        http: HTTPClient, logger: Logger
    ) {
        self.engine = EngineClient(address: address, http: http)
        self.publishAddress = publishAddress
        self.reachability = reachability
        self.naming = Naming(dataDirectory: dataDirectory)
        self.logger = logger
    }

    /// The first engine that answers; `nil` where there is none (`--runtime auto`).
    package static func answeringEngine(among addresses: [EngineAddress], http: HTTPClient) async -> EngineAddress? {
        for address in addresses {
            do {
                try await EngineClient(address: address, http: http).ping()
                return address
            } catch {
                // Absent or not allowed to us: the next one may do.
                continue
            }
        }
        return nil
    }

    /// Rootless engines say so in `GET /info`.
    package static func reachability(of address: EngineAddress, http: HTTPClient) async throws -> Reachability {
        let information = try await EngineClient(address: address, http: http).call(.GET, "/info")
        let options = (information["SecurityOptions"]?.array ?? []).compactMap(\.string)
        return options.contains { $0.contains("rootless") } ? .published : .direct
    }

    /// For the client of this runtime. One long wait and one output stream a container are open at the same time, each on a
    /// connection of its own; where no engine listens, that is known at once and not after a time-out.
    package static var httpConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 4096
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout.connect = .seconds(5)
        return configuration
    }

    package func hostAddressForContainers() async throws -> String? {
        try await self.engine.gateway(ofNetwork: self.naming.network, labels: self.naming.labels)
    }

    /// Removes the network of the data directory, for `teal down`. Its tasks must be gone.
    package func removeNetwork() async throws {
        do {
            _ = try await self.engine.call(.DELETE, "/networks/\(self.naming.network)")
        } catch let error as EngineError where error.isNotFound {}
    }
}
