internal import Model
package import WorkloadRuntime

extension DockerEngineRuntime {
    /// The engine is asked about so many containers at once.
    private static let concurrentQuestions = 16

    package func usage(of containers: [ContainerHandle]) async throws -> [ContainerHandle: ContainerUsage] {
        try await withThrowingTaskGroup(of: (ContainerHandle, ContainerUsage?).self) { group in
            var usage: [ContainerHandle: ContainerUsage] = [:]
            var waiting = containers[...]
            func ask() {
                guard let container = waiting.popFirst() else { return }
                group.addTask { (container, try await self.engine.usage(of: container.reference)) }
            }
            for _ in 0..<Self.concurrentQuestions { ask() }
            while let (container, found) = try await group.next() {
                usage[container] = found
                ask()
            }
            return usage
        }
    }
}

extension ContainerUsage {
    /// The parts of `GET /containers/{id}/stats` that matter here; `nil` for a container that does not run, of which the
    /// engine tells nothing but zeros.
    init?(stats: JSONValue) {
        guard let nanoseconds = stats["cpu_stats"]?["cpu_usage"]?["total_usage"]?.integer,
            let memory = stats["memory_stats"]?["usage"]?.integer, nanoseconds > 0
        else { return nil }
        // As `docker stats` does: files that were read are no need of the container. The first name is that of cgroup 2.
        let details = stats["memory_stats"]?["stats"]
        let files = details?["inactive_file"]?.integer ?? details?["total_inactive_file"]?.integer ?? 0
        self.init(cpuTime: .nanoseconds(nanoseconds), memoryBytes: Int(max(0, memory - files)))
    }
}
