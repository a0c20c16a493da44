package import Model
package import ServerFiles

/// Everything that `teal serve` can be told, parsed and checked once. Handed out in pieces, never whole.
package struct ServerConfiguration: Sendable {
    /// Where the API listens; the first address is the one that `teal env` prints.
    package var listeners: [ListenAddress]
    package var tls: TLSFiles?
    package var dataDirectory: DataDirectory
    /// The account that every resource belongs to, and the region that `teal env` exports.
    package var scope: Scope
    package var authentication: Authentication
    package var runtime: RuntimeChoice
    package var loadBalancer: LoadBalancer
    package var timeScale: TimeScale
    /// The server, its proxy and its tasks end together (demo, tests).
    package var isEphemeral: Bool
    /// How the running program is started again as proxy and shim.
    package var executable: String

    package enum Authentication: String, Sendable, CaseIterable {
        /// Every request must be signed with a key that the server knows.
        case on
        /// Any key is taken for the bootstrap key.
        case off
    }

    package enum RuntimeChoice: String, Sendable, CaseIterable {
        /// Docker where its engine answers, else processes.
        case auto
        case docker
        case process
    }

    package struct LoadBalancer: Sendable {
        /// Addresses that listeners bind; empty means loopback (127.0.0.1, and ::1 where the machine has IPv6).
        package var bindAddresses: [String]
        /// Added to every listener's port, so that ports below 1024 need no privilege.
        package var portOffset: Int
        /// Worker threads of the proxy; 0 means one a core.
        package var workers: Int

        package init(bindAddresses: [String] = [], portOffset: Int = 0, workers: Int = 0) {
            self.bindAddresses = bindAddresses
            self.portOffset = portOffset
            self.workers = workers
        }
    }

    package struct TLSFiles: Sendable {
        /// PEM files.
        package var certificate: String
        package var privateKey: String

        package init(certificate: String, privateKey: String) {
            self.certificate = certificate
            self.privateKey = privateKey
        }
    }

    package init(
        listeners: [ListenAddress], tls: TLSFiles? = nil, dataDirectory: DataDirectory, scope: Scope,
        authentication: Authentication = .on, runtime: RuntimeChoice = .auto,
        loadBalancer: LoadBalancer = LoadBalancer(),
        timeScale: TimeScale = .realTime, isEphemeral: Bool = false, executable: String
    ) {
        self.listeners = listeners
        self.tls = tls
        self.dataDirectory = dataDirectory
        self.scope = scope
        self.authentication = authentication
        self.runtime = runtime
        self.loadBalancer = loadBalancer
        self.timeScale = timeScale
        self.isEphemeral = isEphemeral
        self.executable = executable
    }
}
