internal import ProxyFeed
internal import Synchronization
package import TrafficRouting

/// Where listeners are bound.
package struct ListenerBinding: Sendable {
    /// Every listener is bound at each of these (`--lb-bind`).
    package let addresses: [IPAddress]
    /// Added to every listener's port (`--lb-port-offset`).
    package let portOffset: Int
    /// How many sockets an address gets: one for each worker of the proxy.
    package let workers: Int

    package init(addresses: [IPAddress], portOffset: Int = 0, workers: Int) {
        self.addresses = addresses
        self.portOffset = portOffset
        self.workers = workers
    }
}

/// The listening sockets of this server. They are bound here and handed to the proxy; duplicates stay, so that a crash of
/// the proxy refuses nobody.
final class ListenerPorts: Sendable {
    private struct State {
        var held: [ListenAddress: ListenerSockets] = [:]
        /// Ports of calls that have bound, and not stored yet.
        var pending: [Int: Int] = [:]
        /// By port, why it could not be bound.
        var failures: [Int: ListenError] = [:]
    }

    let binding: ListenerBinding
    private let state = Mutex(State())

    init(_ binding: ListenerBinding) { self.binding = binding }

    /// Binds a listener's port at every address, where it is not bound already. Until `settle`, the port is not released.
    /// - Throws: where one of the addresses cannot be bound; then none stays bound because of this call.
    func reserve(_ port: Int) throws(ListenError) {
        try self.state.withLock { (state) throws(ListenError) in
            try self.bind(port, &state)
            state.pending[port, default: 0] += 1
        }
    }

    /// The call that reserved the port has stored its listener, or failed.
    func settle(_ port: Int) {
        self.state.withLock { state in
            state.pending[port, default: 1] -= 1
            if state.pending[port] == 0 { state.pending[port] = nil }
        }
    }

    /// Takes over what a running proxy holds.
    func adopt(_ sockets: [ListenerSockets]) {
        self.state.withLock { state in
            for sockets in sockets where state.held[sockets.address] == nil { state.held[sockets.address] = sockets }
        }
    }

    /// Binds what is missing of `ports` and remembers what cannot be bound.
    func require(_ ports: Set<Int>) {
        self.state.withLock { state in
            state.failures = [:]
            for port in ports.sorted() {
                do throws(ListenError) {
                    try self.bind(port, &state)
                } catch {
                    state.failures[port] = error
                }
            }
        }
    }

    /// Closes our duplicates of what no listener needs any more.
    /// - Returns: the addresses that the proxy should close, too.
    func release(keeping ports: Set<Int>) -> [ListenAddress] {
        self.state.withLock { state in
            let needed = Set(ports.union(state.pending.keys).map { $0 + self.binding.portOffset })
            let released = state.held.keys.filter { !needed.contains(Int($0.port)) }
            for address in released { state.held[address] = nil }
            return released
        }
    }

    var held: [ListenerSockets] { self.state.withLock { Array($0.held.values) } }

    /// Why a listener's port is not served; `nil` where it is.
    func failure(port: Int) -> ListenError? { self.state.withLock { $0.failures[port] } }

    var hasFailures: Bool { self.state.withLock { !$0.failures.isEmpty } }

    private func bind(_ port: Int, _ state: inout State) throws(ListenError) {
        guard let bound = UInt16(exactly: port + self.binding.portOffset) else {
            throw .failed(
                ListenAddress(address: IPAddress(ipv4: 0), port: 0), SystemCallError("bind", code: 22))
        }
        var new: [ListenerSockets] = []
        for address in self.binding.addresses {
            let address = ListenAddress(address: address, port: bound)
            guard state.held[address] == nil else { continue }
            new.append(try ListenerSockets.bind(address, count: self.binding.workers))
        }
        for sockets in new { state.held[sockets.address] = sockets }
    }
}

extension ListenError {
    /// What an operator can do about it.
    var remedy: String {
        switch self {
        case .addressInUse:
            "stop the process that listens there, choose another port, or start Teal with --lb-port-offset"
        case .permissionDenied:
            "allow the teal binary to bind low ports (sudo setcap cap_net_bind_service=+ep), or start Teal with --lb-port-offset"
        case .addressNotAvailable: "start Teal with --lb-bind and an address of this machine"
        case .failed: "choose another port, or start Teal with another --lb-port-offset"
        }
    }
}
