internal import Glibc
package import WorkloadRuntime

extension HostProcessRuntime {
    package func usage(of containers: [ContainerHandle]) async throws -> [ContainerHandle: ContainerUsage] {
        let folders = containers.map { ($0, self.runFolder(of: $0)) }
        return try await self.blocking {
            // One look at the process table for all of them.
            let processes = ProcessTree(try ProcessStatus.all { _ in true })
            var usage: [ContainerHandle: ContainerUsage] = [:]
            for (container, folder) in folders {
                guard let shim = try folder.started()?.shim, shim.isRunning else { continue }
                usage[container] = processes.usage(under: shim.pid)
            }
            return usage
        }
    }
}

/// The processes of the machine by their parents.
struct ProcessTree {
    private let children: [Int32: [ProcessStatus]]
    private let byID: [Int32: ProcessStatus]

    init(_ processes: [ProcessStatus]) {
        self.children = Dictionary(grouping: processes, by: \.parent)
        self.byID = Dictionary(processes.map { ($0.pid, $0) }) { first, _ in first }
    }

    /// Of everything below a shim, which adopts what leaves its process group. What the shim itself takes is not the
    /// container's, but the time of children that it has outlived is.
    func usage(under shim: Int32) -> ContainerUsage {
        var ticks = self.byID[shim]?.childrenTicks ?? 0
        var pages = 0
        var found = self.children[shim] ?? []
        while let process = found.popLast() {
            ticks += process.cpuTicks
            pages += process.pages
            found += self.children[process.pid] ?? []
        }
        return ContainerUsage(
            cpuTime: .milliseconds(ticks * 1000 / Int64(sysconf(Int32(_SC_CLK_TCK)))),
            memoryBytes: pages * sysconf(Int32(_SC_PAGESIZE)))
    }
}
