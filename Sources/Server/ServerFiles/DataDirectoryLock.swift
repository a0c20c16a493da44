#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Keeps a data directory to one server. The kernel gives the lock back when the process ends, however it ends.
package struct DataDirectoryLock: ~Copyable {
    private let descriptor: Int32

    /// - Throws: `ServerFailure` naming the process that holds the directory.
    package init(_ directory: DataDirectory) throws(ServerFailure) {
        let descriptor = open(directory.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ServerFailure("cannot open \(directory.lock): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.text(of: descriptor)
            close(descriptor)
            throw ServerFailure(
                "\(directory.path) is in use by process \(holder.isEmpty ? "(unknown)" : holder); stop it, or pass another --data-dir"
            )
        }
        // Never empty in between: on a full disk the block of the last holder's text is written again.
        let text = Array("\(getpid())".utf8)
        guard pwrite(descriptor, text, text.count, 0) == text.count, ftruncate(descriptor, off_t(text.count)) == 0
        else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw ServerFailure("cannot write \(directory.lock): \(reason)")
        }
        self.descriptor = descriptor
    }

    /// The process that holds the directory now, or `nil` where no server does.
    package static func holder(of directory: DataDirectory) -> Int32? {
        let descriptor = open(directory.lock, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return nil }
        return Int32(Self.text(of: descriptor))
    }

    private static func text(of descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    /// Gives the directory to the next server.
    package consuming func release() {}

    deinit { close(self.descriptor) }
}
