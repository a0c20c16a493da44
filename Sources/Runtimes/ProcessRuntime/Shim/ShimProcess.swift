internal import CLinux
internal import Glibc
internal import Model

/// The process between the control plane and one container: `teal shim <run folder>`. It outlives the control plane, so the
/// container does; it keeps the output and writes down how the program ended. When it dies, the program dies with it.
///
/// Commands come as signals, because their sender needs nothing but the pid: SIGTERM, SIGINT and SIGHUP pass the container's
/// stop signal on to its process group, SIGUSR2 kills the group.
package enum ShimProcess {
    /// Runs until the container has exited. The caller exits with the result.
    package static func run(arguments: [String]) -> Int32 {
        guard arguments.count == 1, let path = arguments.first else { return 2 }
        let report = Descriptor(adopting: ShimReport.descriptor)
        for descriptor in [ShimReport.descriptor, ShimReport.lockDescriptor] {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        signal(SIGPIPE, SIG_IGN)
        do {
            var workload = try Workload(in: RunFolder(path: path))
            Self.send(.started(workload.record), to: report)
            do {
                try workload.run()
                return 0
            } catch {
                // The exit could not be written down: whoever looks finds the shim gone, and says that nobody saw the end.
                return 1
            }
        } catch {
            Self.send(.failed(String(describing: error)), to: report)
            return 1
        }
    }

    /// Closes the pipe: the control plane reads to its end.
    private static func send(_ message: ShimReport, to report: consuming Descriptor) {
        // The control plane may have died meanwhile: it then finds the records in the folder.
        try? report.write(message.json.serialized + [UInt8(ascii: "\n")])
    }
}
