#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Small files that are replaced as a whole: a reader sees the old text or the new one, also after a crash.
enum TextFile {
    /// `nil` where there is no such file.
    static func read(_ path: String) throws(ServerFailure) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw ServerFailure("cannot read \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw ServerFailure("cannot read \(path): \(String(cString: strerror(errno)))") }
            if count == 0 { return String(decoding: text, as: UTF8.self) }
            text.append(contentsOf: buffer.prefix(count))
        }
    }

    /// Writes a new file beside the old one, readable by its owner alone, and renames it into place.
    static func write(_ text: String, to path: String) throws(ServerFailure) {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ServerFailure("cannot write \(path): \(String(cString: strerror(errno)))") }
        let failure = Self.store(Array(text.utf8), in: descriptor)
        close(descriptor)
        if let failure { throw ServerFailure("cannot write \(path): \(String(cString: strerror(failure)))") }
        guard rename(temporary, path) == 0 else {
            throw ServerFailure("cannot write \(path): \(String(cString: strerror(errno)))")
        }
    }

    /// Writes all of it to the disk.
    /// - Returns: the errno of the call that failed, or `nil`.
    private static func store(_ bytes: [UInt8], in descriptor: Int32) -> Int32? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else { return errno }
            rest = rest.dropFirst(max(0, count))
        }
        return fsync(descriptor) == 0 ? nil : errno
    }

    /// Nothing happens where there is no such file.
    static func remove(_ path: String) throws(ServerFailure) {
        guard unlink(path) == 0 || errno == ENOENT else {
            throw ServerFailure("cannot remove \(path): \(String(cString: strerror(errno)))")
        }
    }
}
