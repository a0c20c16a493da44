internal import CLinux
internal import Dispatch
internal import Glibc
internal import Synchronization

/// Tells when processes end, by their pidfds. Works for processes that are not our children, too.
final class ProcessWatch: Sendable {
    private struct State {
        var sources: [CInt: any DispatchSourceRead] = [:]
        var watched: Set<ProcessIdentity> = []
    }

    private let queue = DispatchQueue(label: "teal.process-watch")
    private let state = Mutex(State())

    /// Calls `onExit` once when the process ends, at once if it has; reaps it if it is our child. A process that is watched
    /// already is not watched twice.
    func watch(_ process: ProcessIdentity, onExit: @escaping @Sendable () -> Void) {
        guard self.state.withLock({ $0.watched.insert(process).inserted }) else { return }
        let end = { @Sendable [weak self] in
            _ = self?.state.withLock { $0.watched.remove(process) }
            // Of an adopted process this knows nothing and does nothing.
            waitpid(process.pid, nil, WNOHANG)
            onExit()
        }
        guard let descriptor = process.descriptor() else { return self.queue.async(execute: end) }
        self.watch(descriptor, onExit: end)
    }

    /// The same for a child that the caller reaps.
    func watchChild(_ pid: pid_t, onExit: @escaping @Sendable () -> Void) throws(SystemError) {
        let descriptor = teal_pidfd_open(pid)
        guard descriptor >= 0 else { throw SystemError("pidfd_open") }
        self.watch(descriptor, onExit: onExit)
    }

    private func watch(_ descriptor: CInt, onExit: @escaping @Sendable () -> Void) {
        self.state.withLock { state in
            let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: self.queue)
            source.setCancelHandler { close(descriptor) }
            source.setEventHandler { [weak self] in
                self?.state.withLock { $0.sources.removeValue(forKey: descriptor)?.cancel() }
                onExit()
            }
            state.sources[descriptor] = source
            source.resume()
        }
    }

    deinit { self.state.withLock { state in for source in state.sources.values { source.cancel() } } }
}
