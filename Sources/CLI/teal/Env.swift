internal import ArgumentParser
internal import CommandLineTool
internal import ServerFiles

/// `teal env`: the environment that points an AWS client at a server.
struct Env: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the environment that points AWS clients at a server.",
        discussion: "For a shell: eval \"$(teal env)\". Waits up to 10 seconds for a server that is starting.")

    @OptionGroup var data: DataDirectoryOptions

    @Option(help: "Region to export instead of the server's own.")
    var region: String?

    func run() async throws {
        let directory = self.data.directory
        do {
            let connection = try await ServerConnection.waiting(for: directory, upTo: .seconds(10))
            for line in connection.shellExports(region: self.region) { print(line) }
        } catch let failure as ServerFailure {
            CommandOutput.fail(failure.description)
            throw ExitCode.failure
        }
    }
}
