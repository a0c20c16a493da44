internal import ArgumentParser
internal import CommandLineTool
internal import Logging
internal import Model
internal import Server
internal import ServerFiles

/// `teal down`: ends the server of a data directory, its proxy and its tasks.
struct Down: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "End the server, the proxy and all tasks of a data directory.",
        discussion: "State stays on disk: the next `teal serve` brings services back to their desired counts.")

    @OptionGroup var data: DataDirectoryOptions

    func run() async throws {
        do {
            let directory = self.data.directory
            _ = try await Shutdown(directory: directory, clock: SystemWallClock()).endServer(within: .seconds(30))
            var logger = Logger(label: "teal")
            logger.logLevel = .error
            try await Teardown(directory: directory, executable: Executable.path, logger: logger).perform()
        } catch let failure as ServerFailure {
            CommandOutput.fail(failure.description)
            throw ExitCode.failure
        }
    }
}
