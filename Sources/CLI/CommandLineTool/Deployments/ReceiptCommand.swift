package import ArgumentParser
internal import ServerFiles
internal import WireProtocol

/// `teal receipt`: what a deployment did to the traffic.
package struct ReceiptCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "receipt", abstract: "Print what a deployment did to the traffic.",
        discussion: """
            ID is the id or the ARN of a service deployment of Amazon ECS, or the id of a CodeDeploy deployment. A deployment that \
            still runs is flagged, and its receipt may still grow.
            """)

    @Argument(help: "The deployment.")
    var id: String

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var server: ServerOptions

    package init() {}

    package func validate() throws {
        guard !self.id.isEmpty else { throw ValidationError("the deployment's id is empty") }
        try self.server.validate()
    }

    package func run() async throws {
        do {
            let format = self.json ? "json" : "text"
            let page = try await OwnPage.read(
                "/_teal/deployments/\(PercentEncoding.encode(self.id))/receipt?format=\(format)",
                from: try await self.server.address())
            guard page.status == 200 else { throw CommandFailure(page.reason) }
            print(page.text, terminator: self.json ? "\n" : "")
        } catch let failure as CommandFailure {
            CommandOutput.fail(failure.description)
            throw ExitCode.failure
        } catch let failure as ServerFailure {
            CommandOutput.fail(failure.description)
            throw ExitCode.failure
        }
    }
}
