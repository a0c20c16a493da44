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

enum LocalAddress {
    /// Whether this machine has the IPv4 address.
    static func isAssigned(_ address: String) -> Bool {
        guard let name = self.socketAddress(address, port: 0) else { return false }
        return self.withSocket { descriptor in
            withUnsafePointer(to: name) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        } ?? false
    }

    /// The IPv4 address that other machines see; `nil` where there is no way out. Nothing is sent.
    static var outward: String? {
        // TEST-NET-1: of a datagram socket, connect only chooses the route.
        guard let name = self.socketAddress("192.0.2.1", port: 9) else { return nil }
        return self.withSocket { descriptor -> String? in
            let isRouted = withUnsafePointer(to: name) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            guard isRouted else { return nil }
            var own = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isKnown = withUnsafeMutablePointer(to: &own) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
            }
            var text = [CChar](repeating: 0, count: Int(INET_ADDRSTRLEN))
            guard isKnown, inet_ntop(AF_INET, &own.sin_addr, &text, socklen_t(text.count)) != nil else { return nil }
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        } ?? nil
    }

    private static func socketAddress(_ address: String, port: UInt16) -> sockaddr_in? {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        return inet_pton(AF_INET, address, &name.sin_addr) == 1 ? name : nil
    }

    private static func withSocket<Result>(_ body: (Int32) -> Result) -> Result? {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return body(descriptor)
    }
}

extension ListenAddress {
    /// Binds the address for a moment, so that a server that cannot listen ends before it has started anything.
    /// - Returns: the same address with a free port in place of 0: every part of the server that hands the URL on must know
    ///   it before the listener runs.
    /// - Throws: `ServerFailure` naming the address and the reason.
    func probed() throws(ServerFailure) -> ListenAddress {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var found: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(self.host, String(self.port), &hints, &found)
        guard failure == 0, let info = found else {
            throw ServerFailure("cannot listen on \(self): \(String(cString: gai_strerror(failure)))")
        }
        defer { freeaddrinfo(info) }
        let descriptor = socket(info.pointee.ai_family, info.pointee.ai_socktype, 0)
        guard descriptor >= 0 else { throw ServerFailure("cannot open a socket: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        // As the listener itself does: connections of an earlier server that are still closing are no obstacle.
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
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
