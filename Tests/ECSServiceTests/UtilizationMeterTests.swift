import CloudWatchCalls
import Model
import Store
import Testing
import WorkloadRuntime

@testable import ECSService

struct UtilizationMeterTests {
    private static let service = ServiceKey(region: "us-east-1", cluster: "main", name: "web")
    private let start = Timestamp(seconds: 1_700_000_000)

    private func handle(_ name: String, startedAt: Timestamp? = nil) -> ContainerHandle {
        ContainerHandle(
            taskID: name, name: name, runtime: .process, reference: name, imageDigest: nil,
            startedAt: startedAt ?? self.start, bindings: [])
    }

    private func task(_ id: String, startedAt: Timestamp, _ containers: [ContainerHandle]) -> MeasuredTask {
        MeasuredTask(
            id: id, service: Self.service, size: TaskSize(cpuUnits: 256, memoryBytes: 1000), startedAt: startedAt,
            containers: containers)
    }

    private func values(_ name: String, _ samples: [ServiceKey: [MetricSample]]) -> [Double]? {
        guard let sample = samples[Self.service]?.first(where: { $0.name == name }) else { return nil }
        #expect(sample.dimensions == [.init("ClusterName", "main"), .init("ServiceName", "web")])
        #expect(sample.unit == .percent)
        guard case .distribution(let values) = sample.measure else { return nil }
        #expect(values.allSatisfy { $0.count == 1 })
        return values.map(\.value).sorted()
    }

    @Test func oneSampleATaskOfWhatItUsedSinceTheLookBefore() {
        var meter = UtilizationMeter()
        let (a, b) = (self.handle("a"), self.handle("b"))
        let tasks = [self.task("a", startedAt: self.start, [a]), self.task("b", startedAt: self.start, [b])]
        let first = meter.samples(
            of: tasks,
            [a: .init(cpuTime: .seconds(5), memoryBytes: 500), b: .init(cpuTime: .zero, memoryBytes: 1500)],
            at: self.start + .seconds(60))
        // Nobody knows when the five seconds were.
        #expect(self.values("CPUUtilization", first) == nil)
        #expect(self.values("MemoryUtilization", first) == [50, 150])
        let second = meter.samples(
            of: tasks,
            [a: .init(cpuTime: .seconds(20), memoryBytes: 500), b: .init(cpuTime: .seconds(30), memoryBytes: 500)],
            at: self.start + .seconds(120))
        // A quarter of a processor is all of the task.
        #expect(self.values("CPUUtilization", second) == [100, 200])
    }

    @Test func aTaskThatStartedMeanwhileIsMeasuredFromItsStart() {
        var meter = UtilizationMeter()
        _ = meter.samples(of: [], [:], at: self.start)
        let late = self.handle("late")
        let samples = meter.samples(
            of: [self.task("late", startedAt: self.start + .seconds(50), [late])],
            [late: .init(cpuTime: .seconds(5), memoryBytes: 1)], at: self.start + .seconds(60))
        #expect(self.values("CPUUtilization", samples) == [200])
    }

    @Test func aContainerThatWasRestartedCountsFromItsNewStart() {
        var meter = UtilizationMeter()
        let (first, again) = (self.handle("a"), self.handle("a", startedAt: self.start + .seconds(30)))
        let side = self.handle("side")
        let idle = ContainerUsage(cpuTime: .seconds(100), memoryBytes: 100)
        _ = meter.samples(
            of: [self.task("a", startedAt: self.start, [first, side])], [first: idle, side: idle], at: self.start)
        let samples = meter.samples(
            of: [self.task("a", startedAt: self.start, [again, side])],
            [again: .init(cpuTime: .seconds(15), memoryBytes: 100), side: idle], at: self.start + .seconds(60))
        #expect(self.values("CPUUtilization", samples) == [100])
        #expect(self.values("MemoryUtilization", samples) == [20])
    }

    @Test func aTaskThatDoesNotRunHasNoSample() {
        var meter = UtilizationMeter()
        let task = self.task("a", startedAt: self.start, [self.handle("a")])
        _ = meter.samples(of: [task], [:], at: self.start)
        #expect(meter.samples(of: [task], [:], at: self.start + .seconds(60)).isEmpty)
    }

    @Test func sizesAreTheTasksOrThoseOfItsContainers() throws {
        try self.expect(size(cpu: "512", memory: "1024", containers: [(64, 128, nil)]), 512, 1024)
        try self.expect(size(cpu: nil, memory: nil, containers: [(64, 128, 100), (64, 128, nil)]), 128, 228)
        // Whoever reserves no processor may use all of them.
        try self.expect(size(cpu: nil, memory: "512", containers: [(0, nil, nil)]), 4096, 512)
    }

    private func expect(_ size: TaskSize, _ units: Double, _ mebibytes: Double) throws {
        #expect(size.cpuUnits == units)
        #expect(try #require(size.memoryBytes) == mebibytes * 1024 * 1024)
    }

    private func size(
        cpu: String?, memory: String?, containers: [(cpu: Int, memory: Int?, reservation: Int?)]
    ) -> TaskSize {
        TaskSize(
            taskUnits: cpu, taskMemory: memory,
            containers: containers.map { sizes in
                var container = ContainerSpecification(name: "c", image: "i")
                (container.cpu, container.memory) = (sizes.cpu, sizes.memory)
                container.memoryReservation = sizes.reservation
                return container
            }, processors: 4)
    }
}
