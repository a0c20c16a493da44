package import Model

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Ends the server that holds a data directory, if one does.
package struct Shutdown: Sendable {
    private let directory: DataDirectory
    private let clock: any WallClock

    package init(directory: DataDirectory, clock: any WallClock) {
        self.directory = directory
        self.clock = clock
    }

    /// Sends SIGTERM and waits until the directory is free.
    /// - Returns: whether a server was running.
    /// - Throws: `ServerFailure` where it may not be signalled or does not end within `limit`.
    package func endServer(within limit: Duration) async throws -> Bool {
        guard let process = DataDirectoryLock.holder(of: self.directory) else { return false }
        guard kill(process, SIGTERM) == 0 || errno == ESRCH else {
            throw ServerFailure("cannot end process \(process): \(String(cString: strerror(errno)))")
        }
        let deadline = self.clock.now() + limit
        while DataDirectoryLock.holder(of: self.directory) != nil {
            guard self.clock.now() < deadline else {
                throw ServerFailure(
                    "process \(process) still holds \(self.directory.path) after \(limit.milliseconds / 1000) s")
            }
            try await self.clock.sleep(for: .milliseconds(50))
        }
        return true
    }
}
