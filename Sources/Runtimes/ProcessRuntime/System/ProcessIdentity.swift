internal import CLinux
internal import Glibc

/// A process, told apart from a later one with the same pid: by its start time within this boot of the machine.
struct ProcessIdentity: Hashable, Sendable {
    let pid: Int32
    /// Clock ticks since boot: field 22 of `/proc/<pid>/stat` (proc(5)).
    let startTime: Int64
    let boot: String

    init(pid: Int32, startTime: Int64, boot: String) {
        self.pid = pid
        self.startTime = startTime
        self.boot = boot
    }

    /// `nil` where no such process runs.
    init?(running pid: Int32) {
        guard let status = ProcessStatus(of: pid), status.state != "Z", let boot = Self.currentBoot else { return nil }
        self.init(pid: pid, startTime: status.startTime, boot: boot)
    }

    /// The kernel's id of this boot; start times of different boots cannot be compared.
    private static let currentBoot: String? = {
        // Without /proc nothing can be found again, which the callers report.
        guard let bytes = try? Files.read("/proc/sys/kernel/random/boot_id") else { return nil }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }()

    var isOfThisBoot: Bool { self.boot == Self.currentBoot }

    var isRunning: Bool { ProcessIdentity(running: self.pid) == self }

    /// A pidfd of exactly this process; `nil` when it is gone.
    func descriptor() -> Int32? {
        let descriptor = teal_pidfd_open(self.pid)
        guard descriptor >= 0 else { return nil }
        // The pid may have been taken over before it was opened, never after.
        guard self.isRunning else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// Does nothing where the process is gone.
    func send(_ signal: CInt) {
        guard let raw = self.descriptor() else { return }
        let descriptor = Descriptor(adopting: raw)
        _ = teal_pidfd_send_signal(descriptor.raw, signal)
    }
}
