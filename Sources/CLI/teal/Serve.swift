internal import ArgumentParser
internal import CommandLineTool
internal import Logging
internal import Model
internal import Server
internal import ServerFiles

/// `teal serve`: the control plane. Starts or adopts the proxy and the tasks of its data directory.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the API server and its load balancer.",
        discussion: """
            Prints one line `teal: ready URL` when the API answers. SIGTERM ends the API and the controllers; the proxy and the \
            tasks go on and are found again by the next start. `teal down` ends everything.
            """)

    @OptionGroup var data: DataDirectoryOptions

    @Option(help: "Address of the API, HOST:PORT; may be repeated. Port 0 takes a free one.")
    var listen: [ListenAddress] = [ListenAddress(host: "127.0.0.1", port: 4566)]

    @Option(name: .customLong("tls-cert"), help: "PEM file with the certificate chain; the API then speaks HTTPS.")
    var tlsCertificate: String?

    @Option(name: .customLong("tls-key"), help: "PEM file with the private key of --tls-cert.")
    var tlsKey: String?

    @Option(help: "Account of every resource, twelve digits.")
    var account = "123456789012"

    @Option(help: "Region that `teal env` exports; requests may name any region.")
    var region = "us-east-1"

    @Option(help: "Check signatures (on), or accept any key (off).")
    var auth: ServerConfiguration.Authentication = .on

    @Option(help: "What runs tasks: docker, process, or auto (docker where its engine answers).")
    var runtime: ServerConfiguration.RuntimeChoice = .auto

    @Option(
        name: .customLong("lb-bind"), help: "Address that load balancers listen on; may be repeated. Default: loopback."
    )
    var loadBalancerBind: [String] = []

    @Option(name: .customLong("lb-port-offset"), help: "Added to every listener's port.")
    var loadBalancerPortOffset = 0

    @Option(name: .customLong("lb-workers"), help: "Worker threads of the proxy; 0 is one a core.")
    var loadBalancerWorkers = 0

    @Option(name: .customLong("time-scale"), help: "How many times faster a deployment's waits run; at least 1.")
    var timeScale = 1.0

    @Flag(help: "End the proxy and all tasks with the server.")
    var ephemeral = false

    @Option(
        name: .customLong("log-level"), help: "trace, debug, info, notice, warning, error or critical.",
        transform: { text in
            guard let level = Logger.Level(rawValue: text) else {
                throw ValidationError("there is no log level '\(text)'")
            }
            return level
        })
    var logLevel: Logger.Level = .info

    func validate() throws {
        guard self.account.count == 12, self.account.allSatisfy({ $0.isASCII && $0.isNumber }) else {
            throw ValidationError("--account takes twelve digits, not '\(self.account)'")
        }
        guard !self.region.isEmpty else { throw ValidationError("--region must not be empty") }
        guard TimeScale(self.timeScale) != nil else {
            throw ValidationError("--time-scale takes a number of at least 1, not \(self.timeScale)")
        }
        guard (self.tlsCertificate == nil) == (self.tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key go together")
        }
        guard (0...65_000).contains(self.loadBalancerPortOffset) else {
            throw ValidationError("--lb-port-offset takes 0 to 65000, not \(self.loadBalancerPortOffset)")
        }
        guard (0...256).contains(self.loadBalancerWorkers) else {
            throw ValidationError("--lb-workers takes 0 to 256, not \(self.loadBalancerWorkers)")
        }
    }

    func run() async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "teal")
        logger.logLevel = self.logLevel
        var configuration = ServerConfiguration(
            listeners: self.listen, dataDirectory: self.data.directory,
            scope: Scope(account: self.account, region: self.region), executable: Executable.path)
        if let certificate = self.tlsCertificate, let key = self.tlsKey {
            configuration.tls = ServerConfiguration.TLSFiles(certificate: certificate, privateKey: key)
        }
        configuration.authentication = self.auth
        configuration.runtime = self.runtime
        configuration.loadBalancer = ServerConfiguration.LoadBalancer(
            bindAddresses: self.loadBalancerBind, portOffset: self.loadBalancerPortOffset,
            workers: self.loadBalancerWorkers)
        configuration.timeScale = TimeScale(self.timeScale) ?? .realTime
        configuration.isEphemeral = self.ephemeral
        do {
            try await TealServer(configuration: configuration, version: TealVersion.current, logger: logger).run()
        } catch let failure as ServerFailure {
            CommandOutput.fail(failure.description)
            throw ExitCode.failure
        }
    }
}

extension ListenAddress: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

extension ServerConfiguration.Authentication: ExpressibleByArgument {}
extension ServerConfiguration.RuntimeChoice: ExpressibleByArgument {}
