internal import ServerFiles

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

enum Processors {
    /// Processors that are online, at least one.
    static var count: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}

enum Loopback {
    /// `127.0.0.1`, and `::1` where this machine has IPv6.
    static var addresses: [String] {
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return ["127.0.0.1"] }
        defer { close(descriptor) }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_addr = in6addr_loopback
        let isThere = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
            }
        }
        return isThere ? ["127.0.0.1", "::1"] : ["127.0.0.1"]
    }
}

extension ListenAddress {
    /// The same address with a free port in place of 0. Every part of the server that hands the URL on must know it before
    /// the listener runs.
    /// - Throws: `ServerFailure` where the address cannot be bound.
    func withPort() throws(ServerFailure) -> ListenAddress {
        guard self.port == 0 else { return self }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(self.host, "0", &hints, &found) == 0, let info = found else {
            throw ServerFailure("--listen takes an IP address with port 0, not '\(self.host)'")
        }
        defer { freeaddrinfo(info) }
        let descriptor = socket(info.pointee.ai_family, info.pointee.ai_socktype, 0)
        guard descriptor >= 0 else { throw ServerFailure("cannot open a socket: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        guard bind(descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen) == 0 else {
            throw ServerFailure("cannot listen on \(self): \(String(cString: strerror(errno)))")
        }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let port = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
            // The port stands at the same place in both address families.
            return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                Int(UInt16(bigEndian: $0.pointee.sin_port))
            }
        }
        return ListenAddress(host: self.host, port: port)
    }
}
