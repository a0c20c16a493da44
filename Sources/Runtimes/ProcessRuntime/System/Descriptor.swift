internal import Glibc

/// An open file descriptor, closed with its owner.
struct Descriptor: ~Copyable {
    let raw: CInt

    init(adopting raw: CInt) { self.raw = raw }

    init(opening path: String, _ flags: CInt, mode: mode_t = 0o600) throws(SystemError) {
        let raw = open(path, flags | O_CLOEXEC, mode)
        guard raw >= 0 else { throw SystemError("open \(path)") }
        self.raw = raw
    }

    deinit { close(self.raw) }

    /// The next bytes, at most `count`; empty at the end.
    func read(upTo count: Int) throws(SystemError) -> [UInt8] {
        while true {
            var result = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                result = Glibc.read(self.raw, buffer.baseAddress, count)
                initialized = max(result, 0)
            }
            if result >= 0 { return bytes }
            guard errno == EINTR else { throw SystemError("read") }
        }
    }

    func read(upTo count: Int, at offset: Int) throws(SystemError) -> [UInt8] {
        while true {
            var result = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
                result = pread(self.raw, buffer.baseAddress, count, off_t(offset))
                initialized = max(result, 0)
            }
            if result >= 0 { return bytes }
            guard errno == EINTR else { throw SystemError("read") }
        }
    }

    func readToEnd() throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let next = try self.read(upTo: 16384)
            if next.isEmpty { return bytes }
            bytes += next
        }
    }

    func write(_ bytes: [UInt8]) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(self.raw, $0.baseAddress, $0.count) }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw SystemError("write")
            }
        }
    }
}
