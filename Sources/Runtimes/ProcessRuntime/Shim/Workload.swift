internal import CLinux
internal import Glibc
internal import Model

/// A container's program and everything it started, seen from the shim that is their parent.
struct Workload: ~Copyable {
    let record: StartRecord
    private let folder: RunFolder
    private let stopSignal: CInt
    private let signals: Descriptor
    private let streams: [CInt]
    private var splitters = [LineSplitter(), LineSplitter()]
    private var log: OutputLog
    private let clock = SystemWallClock()

    private static let streamNames: [Character] = ["o", "e"]

    /// Starts the program; when this returns, it executes and the folder says so.
    init(in folder: RunFolder) throws {
        guard let launch = try folder.launch() else { throw StartFailure("\(folder.path) holds nothing to launch") }
        guard let shim = ProcessIdentity(running: getpid()) else { throw StartFailure("/proc is not mounted") }
        // Descendants that leave the process group still end with the container, as in a pid namespace.
        guard teal_become_subreaper() == 0 else { throw SystemError("prctl") }
        // Blocked before the program starts, so that no signal is lost in between.
        let signals: [CInt] = [SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGUSR2]
        let signalDescriptor = teal_signal_descriptor(signals, CInt(signals.count))
        guard signalDescriptor >= 0 else { throw SystemError("signalfd") }

        let output = try Self.pipe()
        let error = try Self.pipe()
        let input: (read: CInt, write: CInt)? = launch.interactive ? try Self.pipe() : nil
        let pid: pid_t
        do {
            pid = try Spawn(
                executable: launch.executable, arguments: launch.arguments, environment: launch.environment,
                directory: launch.workingDirectory, descriptors: [input?.read ?? -1, output.write, error.write],
                newGroup: true, parentDeathSignal: SIGKILL, limits: try launch.limits.map(Self.limit)
            ).start()
        } catch let failure as Spawn.Failure {
            throw StartFailure(failure, launching: launch)
        }
        // The other ends are the program's. That of its input stays open here, so that it never sees an end of file.
        for descriptor in [output.write, error.write] { close(descriptor) }

        let record = StartRecord(shim: shim, leader: pid, startedAt: SystemWallClock().now())
        try folder.write(record)

        self.folder = folder
        self.stopSignal = launch.stopSignal
        self.signals = Descriptor(adopting: signalDescriptor)
        self.streams = [output.read, error.read]
        self.log = OutputLog(folder: folder.path, segmentSize: launch.segmentSize, segmentCount: launch.segmentCount)
        self.record = record
    }

    /// Keeps the output until the program has ended, ends what it left behind, and writes down its exit.
    mutating func run() throws {
        var open = [true, true]
        var exit: ExitRecord?
        while exit == nil {
            self.collect(&open, timeout: -1)
            exit = self.handleSignals()
        }
        self.endDescendants()
        // Everything that wrote is dead, so the streams end; a process stuck in the kernel must not hold us up for ever.
        let deadline = self.clock.now() + .seconds(2)
        while open.contains(true), self.clock.now() < deadline { self.collect(&open, timeout: 200) }
        for index in self.streams.indices { self.finishStream(index) }
        if let exit { try self.keep(exit) }
    }

    /// Writes the exit down. On a full disk it tries for half a minute: without the record nobody learns the exit code.
    private func keep(_ exit: ExitRecord) throws {
        let deadline = self.clock.now() + .seconds(30)
        while true {
            do throws(SystemError) {
                return try self.folder.write(exit)
            } catch {
                guard error.code == ENOSPC || error.code == EDQUOT, self.clock.now() < deadline else { throw error }
                usleep(200_000)
            }
        }
    }

    /// Waits for output or a signal and keeps the output that is there.
    private mutating func collect(_ open: inout [Bool], timeout: CInt) {
        var polled = self.streams.indices.map { index in
            pollfd(fd: open[index] ? self.streams[index] : -1, events: Int16(POLLIN), revents: 0)
        }
        polled.append(pollfd(fd: timeout < 0 ? self.signals.raw : -1, events: Int16(POLLIN), revents: 0))
        guard poll(&polled, nfds_t(polled.count), timeout) > 0 else { return }
        for index in self.streams.indices where polled[index].revents != 0 { open[index] = self.readStream(index) }
    }

    /// Returns false at the end of the stream.
    private mutating func readStream(_ index: Int) -> Bool {
        var result = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 16384) { buffer, count in
            result = read(self.streams[index], buffer.baseAddress, buffer.count)
            count = max(result, 0)
        }
        if result < 0, errno == EINTR { return true }
        if result <= 0 { return false }
        let now = self.clock.now()
        var lines: [ArraySlice<UInt8>] = []
        self.splitters[index].append(bytes) { lines.append($0) }
        for line in lines { self.log.append(line, from: Self.streamNames[index], at: now) }
        self.log.flush()
        return true
    }

    private mutating func finishStream(_ index: Int) {
        let now = self.clock.now()
        var lines: [ArraySlice<UInt8>] = []
        self.splitters[index].finish { lines.append($0) }
        for line in lines { self.log.append(line, from: Self.streamNames[index], at: now) }
        self.log.flush()
    }

    /// Returns the exit of the program when one of the signals told of it.
    private func handleSignals() -> ExitRecord? {
        while true {
            switch teal_signal_read(self.signals.raw) {
            case 0: return nil
            case SIGCHLD: if let exit = self.reap() { return exit }
            case SIGUSR2: kill(-self.record.leader, SIGKILL)
            case _: kill(-self.record.leader, self.stopSignal)
            }
        }
    }

    /// Reaps whoever ended: the program, or an orphan that it left to us.
    private func reap() -> ExitRecord? {
        var exit: ExitRecord?
        while true {
            var status: CInt = 0
            let pid = waitpid(-1, &status, WNOHANG)
            guard pid > 0 else { return exit }
            if pid == self.record.leader {
                // wait(2): the low seven bits are the signal, the next byte is the exit code.
                let signal = status & 0x7f
                exit = ExitRecord(code: signal == 0 ? Int(status >> 8 & 0xff) : 128 + Int(signal), at: self.clock.now())
            }
        }
    }

    /// Kills what is left of the container: its process group, and descendants that went elsewhere. Each kill can hand us
    /// further orphans, so it goes on until there is no child left.
    private func endDescendants() {
        kill(-self.record.leader, SIGKILL)
        let shim = self.record.shim.pid
        let deadline = self.clock.now() + .seconds(2)
        while self.clock.now() < deadline {
            // An unreadable /proc is as good as an empty one: the group was killed above.
            let children = (try? ProcessStatus.all { $0.parent == shim }) ?? []
            if children.isEmpty { return }
            for child in children where child.state != "Z" { kill(child.pid, SIGKILL) }
            var status: CInt = 0
            while waitpid(-1, &status, WNOHANG) > 0 {}
            if children.contains(where: { $0.state != "Z" }) { usleep(1000) }
        }
    }

    private static func pipe() throws(SystemError) -> (read: CInt, write: CInt) {
        var ends: [CInt] = [0, 0]
        guard teal_pipe(&ends) == 0 else { throw SystemError("pipe") }
        return (ends[0], ends[1])
    }

    private static func limit(_ limit: LaunchRecord.Limit) throws(StartFailure) -> teal_limit {
        let resource = teal_limit_resource(limit.name)
        guard resource >= 0 else { throw StartFailure("unknown ulimit \"\(limit.name)\"") }
        return teal_limit(resource: resource, soft: Int64(limit.soft), hard: Int64(limit.hard))
    }
}
