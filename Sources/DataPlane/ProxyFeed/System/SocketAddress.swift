internal import CLinux
internal import Glibc
package import TrafficRouting

/// Where a listener listens.
package struct ListenAddress: Hashable, Sendable, Codable, CustomStringConvertible {
    /// A numeric address, `0.0.0.0` and `::` included.
    package let address: IPAddress
    /// 0 asks the system for a free port.
    package let port: UInt16

    package init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    package var description: String {
        self.address.isIPv4 ? "\(self.address):\(self.port)" : "[\(self.address)]:\(self.port)"
    }
}

/// An address and port in the form that system calls take.
package struct SocketAddress {
    private var storage = sockaddr_storage()
    private let length: socklen_t

    package init(_ address: IPAddress, port: UInt16) {
        if address.isIPv4 {
            var value = sockaddr_in()
            value.sin_family = sa_family_t(AF_INET)
            value.sin_port = port.bigEndian
            value.sin_addr.s_addr = UInt32(truncatingIfNeeded: address.low).bigEndian
            self.length = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutableBytes(of: &self.storage) { $0.storeBytes(of: value, as: sockaddr_in.self) }
        } else {
            var value = sockaddr_in6()
            value.sin6_family = sa_family_t(AF_INET6)
            value.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &value.sin6_addr) {
                $0.storeBytes(of: address.high.bigEndian, toByteOffset: 0, as: UInt64.self)
                $0.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            self.length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            withUnsafeMutableBytes(of: &self.storage) { $0.storeBytes(of: value, as: sockaddr_in6.self) }
        }
    }

    /// `AF_INET` or `AF_INET6`.
    package var family: Int32 { Int32(self.storage.ss_family) }

    /// As the C function: 0, or -1 with `errno`.
    package func connect(_ socket: Int32) -> Int32 { self.withPointer { Glibc.connect(socket, $0, $1) } }

    /// As the C function: 0, or -1 with `errno`.
    package func bind(_ socket: Int32) -> Int32 { self.withPointer { Glibc.bind(socket, $0, $1) } }

    /// Takes a connection, non-blocking and close-on-exec; `nil` with `errno` where there is none. A peer of another
    /// family has no address.
    package static func accept(on socket: Int32) -> (number: Int32, peer: (address: IPAddress, port: UInt16)?)? {
        var peer = sockaddr_storage()
        let number = teal_accept(socket, &peer)
        return number < 0 ? nil : (number, self.read(peer))
    }

    /// Where a bound socket is; `nil` with `errno`.
    package static func local(of socket: Int32) -> (address: IPAddress, port: UInt16)? {
        var storage = sockaddr_storage()
        return teal_local_address(socket, &storage) == 0 ? self.read(storage) : nil
    }

    /// The address and port that the system wrote; `nil` for another family.
    private static func read(_ storage: sockaddr_storage) -> (address: IPAddress, port: UInt16)? {
        withUnsafeBytes(of: storage) { bytes in
            switch Int32(storage.ss_family) {
            case AF_INET:
                let value = bytes.load(as: sockaddr_in.self)
                return (IPAddress(ipv4: UInt32(bigEndian: value.sin_addr.s_addr)), UInt16(bigEndian: value.sin_port))
            case AF_INET6:
                let value = bytes.load(as: sockaddr_in6.self)
                return withUnsafeBytes(of: value.sin6_addr) {
                    let high = UInt64(bigEndian: $0.load(fromByteOffset: 0, as: UInt64.self))
                    let low = UInt64(bigEndian: $0.load(fromByteOffset: 8, as: UInt64.self))
                    return (IPAddress(high: high, low: low), UInt16(bigEndian: value.sin6_port))
                }
            default: return nil
            }
        }
    }

    private func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafeBytes(of: self.storage) { bytes in
            guard let base = bytes.baseAddress else { preconditionFailure("a socket address has a size") }
            return body(base.assumingMemoryBound(to: sockaddr.self), self.length)
        }
    }
}
