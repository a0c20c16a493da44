internal import Glibc
internal import Synchronization

/// Hands out ports of this host to tasks. A port goes round the whole range before it is used again, so that a late request
/// for a task that is gone does not reach its successor.
final class PortAllotment: Sendable {
    private struct State {
        var taken: [String: Set<Int>] = [:]
        var next: Int
    }

    private let range: ClosedRange<Int>
    private let state: Mutex<State>

    /// The first port is arbitrary, so that two servers on one machine rarely try the same one at the same moment.
    init(range: ClosedRange<Int>) {
        self.range = range
        self.state = Mutex(State(next: .random(in: range)))
    }

    /// Notes ports that a task of an earlier control plane has.
    func note(_ ports: some Sequence<Int>, of task: String) {
        self.state.withLock { $0.taken[task, default: []].formUnion(ports) }
    }

    func release(_ task: String) { self.state.withLock { $0.taken[task] = nil } }

    /// Takes any free port; `nil` when all are taken.
    func allot(to task: String) -> Int? {
        self.state.withLock { state in
            for _ in self.range {
                let port = state.next
                state.next = port == self.range.upperBound ? self.range.lowerBound : port + 1
                if !state.taken.values.contains(where: { $0.contains(port) }), Self.isFree(port) {
                    state.taken[task, default: []].insert(port)
                    return port
                }
            }
            return nil
        }
    }

    /// Takes this very port; false when another task or program has it.
    func allot(_ port: Int, to task: String) -> Bool {
        self.state.withLock { state in
            guard !state.taken.values.contains(where: { $0.contains(port) }), Self.isFree(port, reuse: true) else {
                return false
            }
            state.taken[task, default: []].insert(port)
            return true
        }
    }

    /// Whether a server could listen at the port on any address. `reuse` overlooks connections that linger in TIME_WAIT,
    /// as servers do that must have this port.
    private static func isFree(_ port: Int, reuse: Bool = false) -> Bool {
        let socket = Descriptor(
            adopting: Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0))
        guard socket.raw >= 0 else { return false }
        if reuse {
            var one: CInt = 1
            setsockopt(socket.raw, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<CInt>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket.raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
