internal import FoundationEssentials
internal import ServerFiles
internal import Subprocess
internal import SystemPackage

/// A server of the demo's own: a second process of this program over a temporary folder, gone when the demo is over.
struct DemoServer: Sendable {
    /// How many times faster the deployment's waits run.
    let timeScale: Double
    /// This program.
    let executable: String

    /// Runs `body` against a ready server, then ends the server with its proxy, tasks and files.
    /// - Throws: `DemoFailure` where the server does not become ready.
    func whileRunning<Result: Sendable>(_ body: (ServerConnection) async throws -> Result) async throws -> Result {
        let directory = DataDirectory(
            path: FileManager.default.temporaryDirectory.path + "/teal-demo-\(UUID().uuidString)")
        try directory.create()
        // Nothing of value is left in it; what cannot be removed now is the temporary folder's own business.
        defer { try? FileManager.default.removeItem(atPath: directory.path) }
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(20))]
        let result = try await Subprocess.run(
            .path(FilePath(self.executable)),
            arguments: [
                "serve", "--ephemeral", "--data-dir", directory.path, "--listen", "127.0.0.1:0", "--runtime", "process",
                "--time-scale", "\(self.timeScale)", "--log-level", "error",
            ],
            platformOptions: options, input: .none, output: .sequence, error: .currentStandardError
        ) { execution in
            // Fails only where the server has already ended.
            defer { try? execution.send(signal: .terminate) }
            for try await line in execution.standardOutput.strings() where line.hasPrefix("teal: ready ") {
                return try await body(try await ServerConnection.waiting(for: directory, upTo: .seconds(1)))
            }
            throw DemoFailure("the server ended before it was ready")
        }
        return result.takeClosureResult()
    }
}
