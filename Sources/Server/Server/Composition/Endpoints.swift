internal import ServerFiles

/// The API's base URLs: one for this machine, and one as tasks reach it.
struct Endpoints: Sendable {
    /// `http://127.0.0.1:4566`.
    let local: String
    /// Differs where tasks have networks of their own: loopback is another one there.
    let forTasks: String
    /// Why tasks cannot reach the API, and what to do; `nil` where they can.
    var note: String?

    /// Containers cannot reach the host's loopback. Where the gateway of their network is an address of this machine, the API
    /// also listens there. With a rootless engine, or one on another machine, it is not: then they are told another address of
    /// the API, where it has one that is not loopback.
    /// - Parameters:
    ///   - listeners: gains the gateway's address where it is not covered yet.
    ///   - hostAddress: the gateway; `nil` where tasks share the host's loopback.
    static func resolve(
        listeners: inout [ListenAddress], scheme: String, hostAddress: String?
    ) throws(ServerFailure) -> Endpoints {
        var first = listeners.first ?? ListenAddress(host: "127.0.0.1", port: 4566)
        if first.host == "0.0.0.0" { first.host = "127.0.0.1" }
        if first.host == "::" { first.host = "::1" }
        let local = "\(scheme)://\(first)"
        guard let hostAddress else { return Endpoints(local: local, forTasks: local) }
        let gateway = ListenAddress(host: hostAddress, port: first.port)
        guard LocalAddress.isAssigned(hostAddress) else {
            guard let other = self.reachable(listeners) else {
                return Endpoints(
                    local: local, forTasks: local,
                    note:
                        "containers cannot reach the API: the gateway of their network, \(hostAddress), is not an address of this "
                        + "machine (a rootless engine, or one on another machine); pass --listen with an address that they reach"
                )
            }
            return Endpoints(local: local, forTasks: "\(scheme)://\(other)")
        }
        let isCovered = listeners.contains { $0.port == gateway.port && ($0.host == "0.0.0.0" || $0 == gateway) }
        if !isCovered { listeners.append(try gateway.probed()) }
        return Endpoints(local: local, forTasks: "\(scheme)://\(gateway)")
    }

    /// The first address that is not this machine's alone.
    private static func reachable(_ listeners: [ListenAddress]) -> ListenAddress? {
        listeners.lazy.compactMap { listener in
            switch listener.host {
            case "0.0.0.0", "::": LocalAddress.outward.map { ListenAddress(host: $0, port: listener.port) }
            case "localhost", "::1": nil
            case let host where host.hasPrefix("127."): nil
            default: listener
            }
        }.first
    }
}
