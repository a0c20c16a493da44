internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A named line at which a test can kill the server: after a commit, or before and after a command. `TEAL_CRASH_POINT`
/// holds `NAME` or `NAME:N` (the N-th time it is reached); then the process ends as by `kill -9`.
package struct CrashPoint: Sendable {
    private static let armed: String? = Self.setting.first.map(String.init)
    private static let countdown = Mutex(Self.setting.count > 1 ? Int(Self.setting[1]) ?? 1 : 1)

    private static var setting: [Substring] {
        getenv("TEAL_CRASH_POINT").map { String(cString: $0).split(separator: ":", maxSplits: 1) } ?? []
    }

    /// Ends the process if this point is the armed one and its turn has come.
    package static func reached(_ name: String) {
        guard self.armed == name else { return }
        let isDue = self.countdown.withLock { count in
            count -= 1
            return count == 0
        }
        if isDue { kill(getpid(), SIGKILL) }
    }
}
