internal import ECSAPI
internal import FoundationEssentials
internal import Model
internal import Store
internal import WireProtocol
internal import WorkloadRuntime

/// The one container instance of a cluster: this machine. Its ids follow from the cluster's name, so that they are always the
/// same, and nothing registers or deregisters it.
struct HostInstance: Sendable {
    let cluster: String
    let scope: Scope

    /// 32 hex digits.
    var id: String {
        Self.digits(self.cluster, salt: 0xCBF2_9CE4_8422_2325) + Self.digits(self.cluster, salt: 0x9E37_79B9_7F4A_7C15)
    }

    var arn: String { self.scope.arn("ecs", "container-instance/\(self.cluster)/\(self.id)").description }

    /// `i-` and 17 hex digits: how its tasks appear in target groups of instances.
    var ec2ID: String { Self.ec2ID(of: self.cluster) }

    static func ec2ID(of cluster: String) -> String { "i-0" + self.digits(cluster, salt: 0xCBF2_9CE4_8422_2325) }

    /// FNV-1a.
    private static func digits(_ text: String, salt: UInt64) -> String {
        var hash = salt
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Whether an id or ARN of a call means this instance.
    func isNamed(by text: String) -> Bool { text == self.arn || text == self.id }

    // MARK: - What the machine is

    private var architecture: String {
        #if arch(arm64)
            "arm64"
        #else
            "x86_64"
        #endif
    }

    /// What ECS would know of the machine itself.
    var builtInAttributes: [StoredInstanceAttribute] {
        [
            .init(name: "ecs.availability-zone", value: self.scope.region + "a"),
            .init(name: "ecs.cpu-architecture", value: self.architecture),
            .init(name: "ecs.os-family", value: "LINUX"), .init(name: "ecs.os-type", value: "linux"),
        ]
    }

    /// CPU units, MiB and reserved ports, as ECS lists them.
    static func resources(_ amount: ResourceAmount) -> [ECS.Resource] {
        [
            .init(name: "CPU", type: "INTEGER", doubleValue: 0, longValue: 0, integerValue: amount.cpu),
            .init(name: "MEMORY", type: "INTEGER", doubleValue: 0, longValue: 0, integerValue: amount.memory),
            .init(
                name: "PORTS", type: "STRINGSET", doubleValue: 0, longValue: 0, integerValue: 0,
                stringSetValue: amount.ports.sorted().map(String.init)),
        ]
    }

    static var capacity: ResourceAmount {
        ResourceAmount(
            cpu: ProcessInfo.processInfo.processorCount * 1024,
            memory: Int(ProcessInfo.processInfo.physicalMemory / (1024 * 1024)), ports: [])
    }
}

/// CPU units, MiB and ports of the host.
struct ResourceAmount: Equatable, Sendable {
    var cpu = 0
    var memory = 0
    var ports: Set<Int> = []

    /// What tasks have reserved; nothing here enforces it.
    init(reservedBy tasks: [TaskAssembly]) {
        for task in tasks {
            self.cpu += task.cpu.flatMap { Int($0) } ?? task.containers.reduce(0) { $0 + ($1.cpu ?? 0) }
            self.memory +=
                task.memory.flatMap { Int($0) }
                ?? task.containers.reduce(0) { $0 + ($1.memoryReservation ?? $1.memory ?? 0) }
            self.ports.formUnion(task.sandboxSpecification.ports.compactMap(\.hostPort))
        }
    }

    init(cpu: Int, memory: Int, ports: Set<Int>) {
        self.cpu = cpu
        self.memory = memory
        self.ports = ports
    }

    /// What is left. Reservations may exceed the machine.
    func less(_ used: ResourceAmount) -> ResourceAmount {
        ResourceAmount(
            cpu: max(0, self.cpu - used.cpu), memory: max(0, self.memory - used.memory),
            ports: self.ports.union(used.ports))
    }
}
