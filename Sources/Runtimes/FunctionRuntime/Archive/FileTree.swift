#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A file system call that failed.
package struct FileFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package let path: String
    package let errno: Int32

    package var description: String { "\(self.path): \(String(cString: strerror(self.errno)))" }
}

/// Blocking file system calls on whole trees; for threads that may block.
enum FileTree {
    static func makeDirectories(_ path: String) throws(FileFailure) {
        var prefix = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            prefix += (prefix.isEmpty || prefix == "/" ? "" : "/") + part
            guard mkdir(prefix, 0o755) == 0 || errno == EEXIST || errno == EISDIR else {
                throw FileFailure(path: prefix, errno: errno)
            }
        }
    }

    /// Writes a new file; an existing one or a link in its place is refused.
    static func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws(FileFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileFailure(path: path, errno: errno) }
        defer { close(descriptor) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                #if canImport(Glibc)
                    Glibc.write(descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written)
                #else
                    Darwin.write(descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written)
                #endif
            }
            guard count > 0 || errno == EINTR else { throw FileFailure(path: path, errno: errno) }
            written += max(0, count)
        }
        // `open` applies the umask.
        fchmod(descriptor, mode)
    }

    /// `nil` where there is no such file.
    static func read(_ path: String) throws(FileFailure) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw FileFailure(path: path, errno: errno)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            #if canImport(Glibc)
                let count = Glibc.read(descriptor, &buffer, buffer.count)
            #else
                let count = Darwin.read(descriptor, &buffer, buffer.count)
            #endif
            if count == 0 { return bytes }
            guard count > 0 || errno == EINTR else { throw FileFailure(path: path, errno: errno) }
            bytes += buffer.prefix(max(0, count))
        }
    }

    /// What stands in a folder; nothing where there is none.
    static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Removes a tree without following links. What cannot be removed stays: nothing depends on it.
    static func remove(_ path: String) {
        guard unlink(path) != 0, errno == EISDIR || errno == EPERM else { return }
        for name in Self.names(in: path) { Self.remove("\(path)/\(name)") }
        rmdir(path)
    }
}
