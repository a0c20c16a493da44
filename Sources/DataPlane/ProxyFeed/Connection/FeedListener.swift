internal import CLinux
internal import Glibc

/// The proxy's end of `proxy.sock`: listens for control planes.
package final class FeedListener: Sendable {
    package let descriptor: OwnedDescriptor
    private let path: String

    /// Replaces a socket file that a dead proxy left behind. Mode 0600: whoever may connect may route.
    package init(path: String) throws(SystemCallError) {
        self.descriptor = try UnixSocket.make()
        self.path = path
        unlink(path)
        let number = self.descriptor.number
        try UnixSocket.withAddress(path) { (address, length) throws(SystemCallError) in
            guard bind(number, address, length) == 0 else { throw SystemCallError("bind \(path)") }
        }
        chmod(path, 0o600)
        guard listen(number, 8) == 0 else { throw SystemCallError("listen \(path)") }
    }

    /// Blocks until a control plane connects.
    package func accept() throws(SystemCallError) -> FeedSocket {
        while true {
            let number = teal_accept_blocking(self.descriptor.number)
            if number >= 0 { return FeedSocket(OwnedDescriptor(number)) }
            guard errno == EINTR || errno == ECONNABORTED else { throw SystemCallError("accept") }
        }
    }

    package func removeFile() { unlink(self.path) }
}

enum UnixSocket {
    static func make() throws(SystemCallError) -> OwnedDescriptor {
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw SystemCallError("socket") }
        return OwnedDescriptor(number)
    }

    static func connect(_ path: String) throws(SystemCallError) -> FeedSocket {
        let descriptor = try self.make()
        try self.withAddress(path) { (address, length) throws(SystemCallError) in
            guard Glibc.connect(descriptor.number, address, length) == 0 else {
                throw SystemCallError("connect \(path)")
            }
        }
        return FeedSocket(descriptor)
    }

    /// A path that does not fit (108 bytes) is `ENAMETOOLONG`.
    static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws(SystemCallError) -> Void
    ) throws(SystemCallError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw SystemCallError("socket path \(path)", code: ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let result: Result<Void, SystemCallError> = withUnsafeBytes(of: address) { raw in
            guard let base = raw.baseAddress else { return .success(()) }
            do throws(SystemCallError) {
                return .success(
                    try body(base.assumingMemoryBound(to: sockaddr.self), socklen_t(MemoryLayout<sockaddr_un>.size)))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
