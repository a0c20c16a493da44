internal import Logging
internal import ServiceLifecycle
internal import Store

/// Once, at the start: removes the files that a crash has left without an owner.
struct ObjectSweeper: Service {
    let store: Store
    let files: ObjectFiles
    let logger: Logger

    func run() async throws {
        do {
            try await self.files.sweep(try await self.store.read { try $0.objectFileNames() })
        } catch {
            self.logger.warning("files of unfinished uploads are not removed", metadata: ["error": "\(error)"])
        }
        // A service that returns would end the server. Cancelled, by a stop in a hurry, it ends as well, and nothing has failed.
        try? await gracefulShutdown()
    }
}
