internal import CFunction
internal import Model
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A child process in a group of its own, whose output and end one thread watches. That thread also starts it: the child
/// dies with the thread, and so with the server.
final class FunctionProcess: Sendable {
    struct Command: Equatable, Sendable {
        let path: String
        /// Without the program's own name.
        let arguments: [String]
        let environment: [String: String]
        let directory: String
    }

    enum End: Equatable, Sendable {
        case ended(ProcessEnd)
        case notStarted(reason: String)
    }

    private enum State {
        case new
        case running(pid_t)
        /// Killed before it was started, or ended.
        case over
    }

    private let state = Mutex(State.new)
    private let output: OutputPipe
    private let peakMemory = Mutex(0)

    init(clock: any WallClock) {
        self.output = OutputPipe(clock: clock)
    }

    /// Runs the command until it ends by itself, by `kill` or by the task's cancellation.
    /// - Parameter onOutput: called from the watching thread when there is something to take.
    func run(_ command: Command, onOutput: @escaping @Sendable () -> Void) async -> End {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Self.onNewThread { continuation.resume(returning: self.watch(command, onOutput: onOutput)) }
            }
        } onCancel: {
            self.kill()
        }
    }

    /// SIGKILL to the whole group. Harmless at any time.
    func kill() {
        self.state.withLock { state in
            switch state {
            case .new: state = .over
            case .running(let pid): _ = killpg(pid, SIGKILL)
            case .over: break
            }
        }
    }

    /// What was written since the last call, by lines. The rest of an unfinished line is kept back unless asked for.
    func takeOutput(includingUnfinished: Bool) -> [OutputLine] {
        self.output.take(includingUnfinished: includingUnfinished)
    }

    /// The most resident memory that the process has had, in MB.
    func measurePeakMemory() -> Int {
        self.state.withLock { state in
            guard case .running(let pid) = state, let peak = Self.peakMemory(of: pid) else { return }
            self.peakMemory.withLock { $0 = max($0, peak) }
        }
        return self.peakMemory.withLock { $0 }
    }

    private func watch(_ command: Command, onOutput: @Sendable () -> Void) -> End {
        guard let writeEnd = self.output.open() else { return .notStarted(reason: "no pipe: \(errno)") }
        defer { self.output.close() }
        var child: pid_t = 0
        let failure = self.state.withLock { state -> Int32 in
            guard case .new = state else { return ECANCELED }
            let failure = command.spawn(output: writeEnd, &child)
            state = failure == 0 ? .running(child) : .over
            return failure
        }
        close(writeEnd)
        guard failure == 0 else {
            return .notStarted(reason: "fork/exec \(command.path): \(String(cString: strerror(failure)))")
        }
        let exit = teal_function_pidfd(child)
        self.waitForEnd(exit, onOutput: onOutput)
        if exit >= 0 { close(exit) }
        let end = self.state.withLock { state -> teal_function_exit in
            // What the function left behind goes too. The group's number cannot be reused before the process is reaped.
            killpg(child, SIGKILL)
            state = .over
            return teal_function_reap(child)
        }
        self.output.read()
        return .ended(end.signal == 0 ? .exited(status: Int(end.status)) : .killed(signal: Int(end.signal)))
    }

    private func waitForEnd(_ exit: Int32, onOutput: @Sendable () -> Void) {
        // Without a pidfd (an old kernel) the reaping below waits instead; output is then only seen at the end.
        while exit >= 0 {
            let isFull = self.output.isFull
            var watched = [
                pollfd(fd: exit, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isFull ? -1 : self.output.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&watched, 2, isFull ? 10 : -1)
            if count < 0, errno != EINTR { return }
            if watched[1].revents != 0 {
                self.output.read()
                onOutput()
            }
            if watched[0].revents != 0 { return }
        }
    }

    private static func peakMemory(of pid: pid_t) -> Int? {
        guard let file = fopen("/proc/\(pid)/status", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard text.hasPrefix("VmHWM:") else { continue }
            return text.split(separator: " ").compactMap { Int($0) }.first.map { $0 / 1024 }
        }
        return nil
    }

    private static func onNewThread(_ body: @escaping @Sendable () -> Void) {
        final class Body: Sendable {
            let run: @Sendable () -> Void
            init(_ run: @escaping @Sendable () -> Void) { self.run = run }
        }
        let argument = Unmanaged.passRetained(Body(body)).toOpaque()
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, argument)
        guard failure == 0 else {
            Unmanaged<Body>.fromOpaque(argument).release()
            preconditionFailure("cannot create a thread: \(failure)")
        }
        pthread_detach(thread)
    }
}

extension FunctionProcess.Command {
    /// - Returns: 0 or an errno.
    fileprivate func spawn(output: Int32, _ pid: inout pid_t) -> Int32 {
        let arguments = ([self.path] + self.arguments).map { strdup($0) } + [nil]
        let environment = self.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in arguments + environment { free(pointer) } }
        return teal_function_spawn(self.path, arguments, environment, self.directory, output, &pid)
    }
}
