package import ArgumentParser
internal import CodeDeployAPI
internal import Model
internal import ServerFiles

/// `teal demo`: a whole blue/green deployment under load, on this machine, in half a minute.
package struct Demo: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Deploy a service blue/green under load and show it live.",
        discussion: """
            Starts a server of its own in a temporary folder, creates load balancer, service and CodeDeploy group through the \
            public API, and deploys v2 while requests go on. Ends with a receipt; exit code 0 only if no request failed.
            """)

    @Flag(help: "Let the hook after the shift report Failed, and watch the rollback.")
    var fail = false

    @Option(name: .customLong("time-scale"), help: "How many times faster the deployment's waits run.")
    var timeScale = 60.0

    @Option(help: "Requests a second.")
    var rate = 400

    @Option(help: "Kept-alive connections of the load.")
    var connections = 16

    package init() {}

    package func validate() throws {
        guard TimeScale(self.timeScale) != nil else {
            throw ValidationError("--time-scale takes a number of at least 1")
        }
        guard (1...100_000).contains(self.rate) else { throw ValidationError("--rate takes 1 to 100000") }
        guard (1...1000).contains(self.connections) else { throw ValidationError("--connections takes 1 to 1000") }
    }

    package func run() async throws {
        do {
            let executable = Executable.path
            let isClean = try await DemoServer(timeScale: self.timeScale, executable: executable).whileRunning {
                server in
                try await DemoRun(
                    aws: server.client, endpoint: server.endpoint, executable: executable,
                    finalVerdict: self.fail ? .failed : .succeeded, rate: self.rate,
                    connections: self.connections
                ).perform()
            }
            guard isClean else { throw ExitCode.failure }
        } catch let failure as DemoFailure {
            CommandOutput.fail(failure.description)
            throw ExitCode.failure
        }
    }
}
