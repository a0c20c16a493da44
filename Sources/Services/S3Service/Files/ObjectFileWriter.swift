internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// One new file, written from beginning to end. Blocking; for threads that may block.
final class ObjectFileWriter: Sendable {
    /// Bytes that are worth a call.
    static let comfortable = 1 << 20

    private let path: String
    /// -1 once it is closed.
    private let descriptor: Mutex<Int32>

    /// Makes the folder that the file is in as well.
    init(_ path: String) throws {
        let folder = Self.folder(of: path)
        if mkdir(folder, 0o700) == 0 { try Self.sync(folder: Self.folder(of: folder)) }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ObjectFiles.Failure(path: path, errno: errno) }
        self.path = path
        self.descriptor = Mutex(descriptor)
    }

    func write(_ pieces: [[UInt8]]) throws {
        let descriptor = self.descriptor.withLock { $0 }
        for piece in pieces {
            var written = 0
            while written < piece.count {
                let count = piece.withUnsafeBytes { bytes in
                    let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
                    #if canImport(Glibc)
                        return Glibc.write(descriptor, rest.baseAddress, rest.count)
                    #else
                        return Darwin.write(descriptor, rest.baseAddress, rest.count)
                    #endif
                }
                guard count > 0 || errno == EINTR else { throw ObjectFiles.Failure(path: self.path, errno: errno) }
                written += max(0, count)
            }
        }
    }

    /// The file and its name are on disk when this returns.
    func finish() throws {
        guard fsync(self.descriptor.withLock { $0 }) == 0 else {
            throw ObjectFiles.Failure(path: self.path, errno: errno)
        }
        self.close()
        try Self.sync(folder: Self.folder(of: self.path))
    }

    func close() {
        self.descriptor.withLock { descriptor in
            guard descriptor >= 0 else { return }
            #if canImport(Glibc)
                Glibc.close(descriptor)
            #else
                Darwin.close(descriptor)
            #endif
            descriptor = -1
        }
    }

    deinit { self.close() }

    private static func folder(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }

    private static func sync(folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ObjectFiles.Failure(path: folder, errno: errno) }
        let outcome = fsync(descriptor)
        let failure = errno
        #if canImport(Glibc)
            Glibc.close(descriptor)
        #else
            Darwin.close(descriptor)
        #endif
        guard outcome == 0 else { throw ObjectFiles.Failure(path: folder, errno: failure) }
    }
}
