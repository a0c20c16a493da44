internal import CLinux
internal import Glibc
internal import TrafficRouting

/// Why an address cannot be listened on.
package enum ListenError: Error, Hashable, Sendable {
    /// Somebody else listens there.
    case addressInUse(ListenAddress)
    /// A port under 1024 without the privilege to bind it.
    case permissionDenied(ListenAddress)
    /// The address is not one of this machine.
    case addressNotAvailable(ListenAddress)
    case failed(ListenAddress, SystemCallError)
}

extension ListenError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .addressInUse(let address): "\(address) is in use by another process"
        case .permissionDenied(let address): "no permission to bind \(address)"
        case .addressNotAvailable(let address): "\(address) is not an address of this machine"
        case .failed(let address, let error): "cannot listen on \(address): \(error)"
        }
    }
}

/// The listening sockets of one address: one for each proxy worker, all with `SO_REUSEPORT`, so that the kernel spreads
/// connections over the workers. Whoever holds this value keeps the port: connections that arrive while the proxy
/// restarts wait in the backlog instead of being refused.
package struct ListenerSockets: Sendable {
    package let address: ListenAddress
    package let descriptors: [OwnedDescriptor]

    package init(address: ListenAddress, descriptors: [OwnedDescriptor]) {
        self.address = address
        self.descriptors = descriptors
    }

    /// Binds and listens. The first bind goes without `SO_REUSEPORT`: with it, a second owner who also sets the option
    /// would go unseen and take half of the connections.
    package static func bind(_ address: ListenAddress, count: Int) throws(ListenError) -> ListenerSockets {
        let port: UInt16
        do {
            let probe = try self.socket(address, reusePort: false)
            port = address.port == 0 ? try self.boundPort(of: probe, address) : address.port
        }
        let bound = ListenAddress(address: address.address, port: port)
        var descriptors: [OwnedDescriptor] = []
        for _ in 0..<count {
            let descriptor = try self.socket(bound, reusePort: true)
            guard listen(descriptor.number, 4096) == 0 else { throw self.error("listen", bound) }
            descriptors.append(descriptor)
        }
        return ListenerSockets(address: bound, descriptors: descriptors)
    }

    private static func socket(_ address: ListenAddress, reusePort: Bool) throws(ListenError) -> OwnedDescriptor {
        let family = address.address.isIPv4 ? AF_INET : AF_INET6
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = Glibc.socket(family, type, 0)
        guard number >= 0 else { throw self.error("socket", address) }
        let descriptor = OwnedDescriptor(number)
        self.enable(SO_REUSEADDR, SOL_SOCKET, on: number)
        if reusePort { self.enable(SO_REUSEPORT, SOL_SOCKET, on: number) }
        if family == AF_INET6 { self.enable(IPV6_V6ONLY, Int32(IPPROTO_IPV6), on: number) }
        let result = SocketAddress(address.address, port: address.port).bind(number)
        guard result == 0 else { throw self.error("bind", address) }
        return descriptor
    }

    private static func enable(_ option: Int32, _ level: Int32, on socket: Int32) {
        var value: Int32 = 1
        setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func boundPort(of socket: OwnedDescriptor, _ address: ListenAddress) throws(ListenError) -> UInt16 {
        guard let (_, port) = SocketAddress.local(of: socket.number) else { throw self.error("getsockname", address) }
        return port
    }

    private static func error(_ call: String, _ address: ListenAddress) -> ListenError {
        switch errno {
        case EADDRINUSE: .addressInUse(address)
        case EACCES, EPERM: .permissionDenied(address)
        case EADDRNOTAVAIL: .addressNotAvailable(address)
        case let code: .failed(address, SystemCallError(call, code: code))
        }
    }
}
