internal import CLinux
internal import Glibc

/// Starts a child process; the Swift side of `teal_spawn`.
struct Spawn {
    /// Why a child could not be started, and at what.
    struct Failure: Error {
        let step: teal_spawn_step
        let code: CInt

        var reason: String { String(cString: strerror(self.code)) }
    }

    var executable: String
    /// With the program's name first.
    var arguments: [String]
    /// `NAME=value`.
    var environment: [String]
    var directory: String?
    /// Descriptor `i` of the child; -1 is `/dev/null`.
    var descriptors: [CInt] = [-1, -1, -1]
    var newSession = false
    var newGroup = false
    var parentDeathSignal: CInt = 0
    var alarmSeconds: UInt32 = 0
    var limits: [teal_limit] = []

    /// Returns the child's pid once its program is executing.
    func start() throws(Failure) -> pid_t {
        let arguments = CStringArray(self.arguments)
        let environment = CStringArray(self.environment)
        let path = strdup(self.executable)
        let directory = self.directory.map { strdup($0) } ?? nil
        defer {
            free(path)
            free(directory)
        }
        var step = teal_spawn_step_fork
        var code: CInt = 0
        let pid = self.descriptors.withUnsafeBufferPointer { descriptors in
            self.limits.withUnsafeBufferPointer { limits in
                var request = teal_spawn_request(
                    path: path, argv: arguments.pointer, envp: environment.pointer, directory: directory,
                    descriptors: descriptors.baseAddress, descriptor_count: CInt(descriptors.count),
                    new_session: self.newSession, new_group: self.newGroup,
                    parent_death_signal: self.parentDeathSignal, alarm_seconds: self.alarmSeconds,
                    limits: limits.baseAddress, limit_count: CInt(limits.count))
                let pid = teal_spawn(&request, &step)
                code = errno
                return pid
            }
        }
        guard pid >= 0 else { throw Failure(step: step, code: code) }
        return pid
    }
}

/// A null-terminated array of C strings.
private struct CStringArray: ~Copyable {
    let pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        self.count = strings.count
        self.pointer = .allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { (self.pointer + index).initialize(to: strdup(string)) }
        (self.pointer + strings.count).initialize(to: nil)
    }

    deinit {
        for index in 0..<self.count { free(self.pointer[index]) }
        self.pointer.deallocate()
    }
}
