internal import ProxyFeed

#if canImport(Glibc)
    internal import Glibc
#endif

/// How the proxy process is started.
package struct ProxyCommand: Sendable {
    package let executable: String
    /// Without the executable's own name: `["proxy", "--data-dir", "…"]`.
    package let arguments: [String]
    /// Holds `proxy.sock`, `proxy.pid` and `proxy.log`.
    package let dataDirectory: String

    package init(executable: String, arguments: [String], dataDirectory: String) {
        self.executable = executable
        self.arguments = arguments
        self.dataDirectory = dataDirectory
    }

    var socketPath: String { self.dataDirectory + "/proxy.sock" }
    var logPath: String { self.dataDirectory + "/proxy.log" }
    var processPath: String { self.dataDirectory + "/proxy.pid" }
}

/// A process, told from a later one with the same id by when it was started.
struct ProxyProcess: Equatable, Sendable {
    let id: Int32
    /// In clock ticks since the machine started (`/proc/PID/stat`, field 22).
    let startTime: UInt64

    /// `nil` where no process has the id, or it has ended and waits to be reaped.
    init?(id: Int32) {
        guard id > 0, let stat = FileText.read("/proc/\(id)/stat"), let end = stat.lastIndex(of: ")") else {
            return nil
        }
        // The name before it may hold anything, spaces and parentheses included.
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", let startTime = UInt64(fields[19]) else { return nil }
        self.id = id
        self.startTime = startTime
    }

    /// The proxy that `proxy.pid` names, if it still runs.
    static func recorded(_ command: ProxyCommand) -> ProxyProcess? {
        guard let parts = FileText.read(command.processPath)?.split(whereSeparator: \.isWhitespace), parts.count == 2,
            let id = Int32(parts[0]), let process = ProxyProcess(id: id), String(process.startTime) == parts[1]
        else { return nil }
        return process
    }

    func record(_ command: ProxyCommand) { FileText.write("\(self.id) \(self.startTime)\n", to: command.processPath) }

    var isRunning: Bool { ProxyProcess(id: self.id) == self }

    func kill() {
        if self.isRunning { _ = Glibc.kill(self.id, SIGKILL) }
    }

    /// Starts the proxy in a session of its own, so that it outlives this process; its output goes to `proxy.log`.
    static func start(_ command: ProxyCommand) throws(SystemCallError) -> ProxyProcess {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, command.logPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What the server ignores or blocks, to handle it elsewhere, must reach the proxy.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGCHLD] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        // 0x80 is POSIX_SPAWN_SETSID, which glibc declares only under _GNU_SOURCE.
        posix_spawnattr_setflags(&attributes, Int16(0x80 | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var arguments: [UnsafeMutablePointer<CChar>?] = ([command.executable] + command.arguments).map { strdup($0) }
        defer { for argument in arguments { free(argument) } }
        arguments.append(nil)
        var id: pid_t = 0
        Self.keepDescriptorsFromChildren()
        let error = posix_spawn(&id, command.executable, &actions, &attributes, arguments, environ)
        guard error == 0 else { throw SystemCallError("posix_spawn \(command.executable)", code: error) }
        let process = ProxyProcess(id: id)
        try Self.reap(id)
        guard let process else {
            throw SystemCallError("\(command.executable) ended at once; see \(command.logPath)", code: ECHILD)
        }
        return process
    }

    /// Marks every open descriptor but the standard ones close-on-exec. A proxy that outlives the server must not keep the
    /// API's listening socket, which the event loop opens without that mark: the next server could not bind its port.
    private static func keepDescriptorsFromChildren() {
        guard let entries = opendir("/proc/self/fd") else { return }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let descriptor = Int32(name), descriptor > 2 else { continue }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }

    /// An ended child stays in the process table until somebody has asked for its status.
    private static func reap(_ id: pid_t) throws(SystemCallError) {
        try NativeThread.start("proxy-reap") {
            var status: Int32 = 0
            while waitpid(id, &status, 0) == -1, errno == EINTR {}
        }
    }
}

/// Small text files.
private enum FileText {
    static func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(file, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }

    /// Replaced as a whole: where the disk is full, the old file stays.
    static func write(_ text: String, to path: String) {
        let temporary = path + ".new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        let bytes = Array(text.utf8)
        let isWhole = Glibc.write(file, bytes, bytes.count) == bytes.count
        close(file)
        if isWhole { rename(temporary, path) } else { unlink(temporary) }
    }
}
