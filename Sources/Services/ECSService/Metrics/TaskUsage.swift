internal import CloudWatchCalls
internal import DeploymentEngine
internal import Model
internal import Store
internal import WorkloadRuntime

/// What a task of a service may take of the machine: what its sizes are measured against (ECS developer guide, service
/// utilization).
struct TaskSize: Equatable, Sendable {
    /// 1024 are one processor.
    let cpuUnits: Double
    /// `nil` where nothing says.
    let memoryBytes: Double?

    init(cpuUnits: Double, memoryBytes: Double?) {
        self.cpuUnits = cpuUnits
        self.memoryBytes = memoryBytes
    }

    /// The task's own sizes, else those of its containers together. A task that reserves no processor may use all of them.
    /// - Parameter processors: of the machine.
    init(taskUnits: String?, taskMemory: String?, containers: [ContainerSpecification], processors: Int) {
        let units = taskUnits.flatMap(Double.init) ?? Double(containers.reduce(0) { $0 + ($1.cpu ?? 0) })
        self.cpuUnits = units > 0 ? units : Double(processors) * 1024
        let mebibytes =
            taskMemory.flatMap(Double.init)
            ?? Double(containers.reduce(0) { $0 + ($1.memoryReservation ?? $1.memory ?? 0) })
        self.memoryBytes = mebibytes > 0 ? mebibytes * 1024 * 1024 : nil
    }
}

/// A task of a service that runs.
struct MeasuredTask: Sendable {
    let id: String
    let service: ServiceKey
    let size: TaskSize
    let startedAt: Timestamp
    let containers: [ContainerHandle]

    init(id: String, service: ServiceKey, size: TaskSize, startedAt: Timestamp, containers: [ContainerHandle]) {
        self.id = id
        self.service = service
        self.size = size
        self.startedAt = startedAt
        self.containers = containers
    }

    /// `nil` for tasks without a service, and for those that do not run yet or any more.
    init?(_ task: StoredTask, processors: Int) throws {
        guard task.machine.phase == .running, let service = task.service, let startedAt = task.machine.times.startedAt
        else { return nil }
        let assembly = try TaskAssembly.decode(task.body)
        self.id = task.id
        self.service = ServiceKey(region: task.region, cluster: task.cluster, name: service)
        self.size = TaskSize(
            taskUnits: assembly.cpu, taskMemory: assembly.memory, containers: assembly.containers,
            processors: processors)
        self.startedAt = startedAt
        self.containers = Array(assembly.handles.values)
    }
}

/// Turns what containers have used since their start into what each task has used of its size since the look before: one
/// sample a task (CloudWatch metrics of Amazon ECS).
struct UtilizationMeter: Sendable {
    private var previous: (at: Timestamp, cpuTime: [ContainerHandle: Duration])?

    /// - Parameter usage: what the runtime says; without containers that have ended.
    mutating func samples(
        of tasks: [MeasuredTask], _ usage: [ContainerHandle: ContainerUsage], at now: Timestamp
    ) -> [ServiceKey: [MetricSample]] {
        defer { self.previous = (now, usage.mapValues(\.cpuTime)) }
        var cpu: [ServiceKey: [MetricSample.Weighted]] = [:]
        var memory: [ServiceKey: [MetricSample.Weighted]] = [:]
        for task in tasks {
            let running = task.containers.filter { usage[$0] != nil }
            guard !running.isEmpty else { continue }
            if let size = task.size.memoryBytes {
                let bytes = running.reduce(0) { $0 + (usage[$1]?.memoryBytes ?? 0) }
                memory[task.service, default: []].append(.init(Double(bytes) / size * 100, count: 1))
            }
            if let share = self.processors(of: task, running, usage, at: now) {
                cpu[task.service, default: []].append(.init(share * 1024 / task.size.cpuUnits * 100, count: 1))
            }
        }
        var samples: [ServiceKey: [MetricSample]] = [:]
        for (service, values) in cpu { samples[service, default: []].append(service.sample("CPUUtilization", values)) }
        for (service, values) in memory {
            samples[service, default: []].append(service.sample("MemoryUtilization", values))
        }
        return samples
    }

    /// How many processors the task kept busy, on the average since the look before or since its start. `nil` for a task
    /// that started before the first look.
    private func processors(
        of task: MeasuredTask, _ running: [ContainerHandle], _ usage: [ContainerHandle: ContainerUsage],
        at now: Timestamp
    ) -> Double? {
        guard let previous else { return nil }
        let isKnown = task.containers.contains { previous.cpuTime[$0] != nil }
        let since = isKnown ? previous.at : task.startedAt
        guard isKnown || task.startedAt >= previous.at, since < now else { return nil }
        let used = running.reduce(0.0) { sum, container in
            let time = usage[container]?.cpuTime ?? .zero
            return sum + max(0, (time - (previous.cpuTime[container] ?? .zero)).inSeconds)
        }
        return used / (now - since).inSeconds
    }
}

extension ServiceKey {
    fileprivate func sample(_ name: String, _ values: [MetricSample.Weighted]) -> MetricSample {
        MetricSample(
            name, [.init("ClusterName", self.cluster), .init("ServiceName", self.name)], .percent,
            .distribution(values))
    }
}
