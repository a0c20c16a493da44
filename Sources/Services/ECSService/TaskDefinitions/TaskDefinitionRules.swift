internal import ECSAPI

/// What a task definition must fulfil, and the defaults that AWS echoes (ecs.md section 4).
struct TaskDefinitionRules: Sendable {
    let input: ECS.RegisterTaskDefinition.Input

    init(_ input: ECS.RegisterTaskDefinition.Input) { self.input = input }

    var isFargate: Bool { self.input.requiresCompatibilities?.contains(.fargate) == true }

    var networkMode: ECS.NetworkMode { self.input.networkMode ?? .bridge }

    var compatibilities: [ECS.Compatibility] {
        guard self.networkMode == .awsvpc else { return [.external, .ec2] }
        return self.isFargate || self.hasFargateSize ? [.ec2, .fargate] : [.ec2]
    }

    /// Whether Fargate has machines of the task's size.
    private var hasFargateSize: Bool {
        // A size that cannot be read is told by `check`.
        guard let cpu = (try? self.cpu).flatMap({ Int($0) }), let memory = (try? self.memory).flatMap({ Int($0) })
        else {
            return false
        }
        return Self.fargateMemory(for: cpu).contains(memory)
    }

    /// CPU units as an integer text.
    var cpu: String? {
        get throws { try self.input.cpu.map { try Self.units($0, suffix: "vcpu", per: 1024, what: "cpu") } }
    }

    /// MiB as an integer text.
    var memory: String? {
        get throws { try self.input.memory.map { try Self.units($0, suffix: "gb", per: 1024, what: "memory") } }
    }

    private static func units(_ text: String, suffix: String, per factor: Double, what: String) throws -> String {
        let lowered = text.lowercased().filter { !$0.isWhitespace }
        if let number = Int(lowered), number > 0 { return String(number) }
        if lowered.hasSuffix(suffix), let number = Double(lowered.dropLast(suffix.count)), number > 0 {
            return String(Int((number * factor).rounded()))
        }
        throw ECS.Errors.clientException("Invalid '\(what)' setting for task: '\(text)'")
    }

    /// - Throws: `ClientException` or `InvalidParameterException` naming the first thing that is wrong.
    func check() throws {
        let isFamilyValid =
            self.input.family.count <= 255 && !self.input.family.isEmpty
            && self.input.family.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        guard isFamilyValid else {
            throw ECS.Errors.clientException(
                "Invalid family '\(self.input.family)': letters, numbers, hyphens and underscores only, at most 255.")
        }
        let containers = self.input.containerDefinitions
        guard !containers.isEmpty else { throw ECS.Errors.clientException("Container list cannot be empty.") }
        for container in containers { try self.check(container) }
        let names = containers.compactMap(\.name)
        guard Set(names).count == names.count else {
            throw ECS.Errors.clientException(
                "Two containers can not have the same name: '\(Self.duplicate(in: names))'.")
        }
        guard containers.contains(where: { $0.essential ?? true }) else {
            throw ECS.Errors.clientException("At least one essential container must be specified.")
        }
        try self.checkDependencies(containers)
        try self.checkVolumes()
        if self.isFargate { try self.checkFargate() }
        _ = try (self.cpu, self.memory)
    }

    private static func duplicate(in names: [String]) -> String {
        var seen: Set<String> = []
        return names.first { !seen.insert($0).inserted } ?? ""
    }

    private func check(_ container: ECS.ContainerDefinition) throws {
        guard let name = container.name, !name.isEmpty else {
            throw ECS.Errors.clientException("Container.name should not be null or empty.")
        }
        guard let image = container.image, !image.isEmpty else {
            throw ECS.Errors.clientException("Container.image should not be null or empty.")
        }
        if self.input.memory == nil, container.memory == nil, container.memoryReservation == nil {
            throw ECS.Errors.clientException(
                "Invalid setting for container '\(name)'. At least one of 'memory' or 'memoryReservation' must be specified."
            )
        }
        if let memory = container.memory, let reservation = container.memoryReservation, memory < reservation {
            throw ECS.Errors.clientException(
                "Invalid setting for container '\(name)'. 'memory' must not be less than 'memoryReservation'.")
        }
        for mapping in container.portMappings ?? [] {
            guard let port = mapping.containerPort else {
                if mapping.containerPortRange != nil {
                    throw ECS.Errors.clientException(
                        "containerPortRange of container '\(name)' is not supported by Teal.")
                }
                continue
            }
            guard (1...65535).contains(port) else {
                throw ECS.Errors.clientException("Invalid containerPort \(port) in container '\(name)'.")
            }
            if self.networkMode != .bridge, let host = mapping.hostPort, host != port, host != 0 {
                throw ECS.Errors.clientException(
                    "When networkMode=\(self.networkMode.rawValue), the host ports and container ports in port mappings must match."
                )
            }
        }
        if let log = container.logConfiguration, log.logDriver == .awslogs,
            log.options?["awslogs-group"]?.isEmpty != false
        {
            throw ECS.Errors.clientException(
                "Log driver awslogs requires options: awslogs-group (container '\(name)').")
        }
        try self.checkHealth(container.healthCheck, of: name)
        try self.checkNetwork(of: container)
        try self.checkMounts(of: container)
        if self.isFargate { try self.checkFargate(container) }
        if let policy = container.restartPolicy {
            if let period = policy.restartAttemptPeriod, !(60...1800).contains(period) {
                throw ECS.Errors.clientException(
                    "Container '\(name)': restartAttemptPeriod \(period) is not between 60 and 1800 seconds.")
            }
            if let codes = policy.ignoredExitCodes, codes.count > 50 {
                throw ECS.Errors.clientException(
                    "Container '\(name)': ignoredExitCodes has \(codes.count) items, at most 50 are allowed.")
            }
        }
        if let timeout = container.stopTimeout, timeout < 0 || (self.isFargate && timeout > 120) {
            throw ECS.Errors.clientException("Invalid stopTimeout \(timeout) in container '\(name)': 0 to 120 seconds.")
        }
    }

    private func checkHealth(_ check: ECS.HealthCheck?, of name: String) throws {
        guard let check else { return }
        guard let kind = check.command.first, kind == "CMD" || kind == "CMD-SHELL" || kind == "NONE",
            kind == "NONE" || check.command.count > 1
        else {
            throw ECS.Errors.clientException(
                "Container '\(name)': health check command must begin with CMD or CMD-SHELL.")
        }
        let limits = [
            ("interval", check.interval, 5...300), ("timeout", check.timeout, 2...60),
            ("retries", check.retries, 1...10), ("startPeriod", check.startPeriod, 0...300),
        ]
        for (member, value, range) in limits {
            if let value, !range.contains(value) {
                throw ECS.Errors.clientException(
                    "Container '\(name)': health check \(member) \(value) is not between \(range.lowerBound) and \(range.upperBound)."
                )
            }
        }
    }

    private func checkDependencies(_ containers: [ECS.ContainerDefinition]) throws {
        let byName = Dictionary(containers.compactMap { container in container.name.map { ($0, container) } }) {
            first, _ in first
        }
        for container in containers {
            if let other = container.requiredContainers.first(where: { byName[$0] == nil }) {
                throw ECS.Errors.clientException(
                    "Container '\(container.name ?? "")' has a link to, or volumes from, '\(other)', which does not exist."
                )
            }
            for dependency in container.dependsOn ?? [] {
                guard let other = byName[dependency.containerName] else {
                    throw ECS.Errors.clientException(
                        "Container '\(container.name ?? "")' depends on '\(dependency.containerName)', which does not exist."
                    )
                }
                let isEssential = other.essential ?? true
                if isEssential, dependency.condition == .complete || dependency.condition == .success {
                    throw ECS.Errors.clientException(
                        "Container '\(dependency.containerName)' is essential: a dependency on it can not be \(dependency.condition.rawValue)."
                    )
                }
                if dependency.condition == .healthy, other.healthCheck == nil {
                    throw ECS.Errors.clientException(
                        "Container '\(dependency.containerName)' has no healthCheck, but a dependency on it is HEALTHY."
                    )
                }
            }
        }
        var settled: Set<String> = []
        var progressed = true
        while progressed {
            progressed = false
            for (name, container) in byName where !settled.contains(name) {
                let needed = (container.dependsOn ?? []).map(\.containerName) + container.requiredContainers
                guard needed.allSatisfy({ settled.contains($0) }) else { continue }
                settled.insert(name)
                progressed = true
            }
        }
        guard settled.count == byName.count else {
            let cycle = byName.keys.filter { !settled.contains($0) }.sorted().joined(separator: ", ")
            throw ECS.Errors.clientException("Container dependencies form a cycle: \(cycle).")
        }
    }

    private func checkFargate() throws {
        guard self.networkMode == .awsvpc else {
            throw ECS.Errors.clientException("Fargate only supports network mode ‘awsvpc’.")
        }
        guard self.input.pidMode != .host else {
            throw ECS.Errors.clientException(
                "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode is 'task'."
            )
        }
        guard self.input.placementConstraints?.isEmpty != false else {
            throw ECS.Errors.clientException(
                "Placement constraints are not supported for tasks using the Fargate launch type.")
        }
        guard let cpu = try self.cpu.flatMap({ Int($0) }), let memory = try self.memory.flatMap({ Int($0) }) else {
            throw ECS.Errors.clientException(
                "Fargate requires task definition to have 'cpu' and 'memory' at the task level.")
        }
        guard Self.fargateMemory(for: cpu).contains(memory) else {
            throw ECS.Errors.clientException(
                "No Fargate configuration exists for given values: \(cpu) CPU, \(memory) memory.")
        }
    }

    private func checkFargate(_ container: ECS.ContainerDefinition) throws {
        let members: [(String, Bool)] = [
            ("privileged", container.privileged == true),
            ("dockerSecurityOptions", container.dockerSecurityOptions?.isEmpty == false),
            ("devices", container.linuxParameters?.devices?.isEmpty == false),
            ("sharedMemorySize", container.linuxParameters?.sharedMemorySize != nil),
            ("maxSwap", container.linuxParameters?.maxSwap != nil),
            ("swappiness", container.linuxParameters?.swappiness != nil),
            ("ipcMode", self.input.ipcMode != nil), ("pidMode host", self.input.pidMode == .host),
        ]
        if let member = members.first(where: \.1)?.0 {
            throw ECS.Errors.clientException("Fargate compatible task definitions do not support \(member)")
        }
    }

    private static func fargateMemory(for cpu: Int) -> [Int] {
        switch cpu {
        case 256: [512, 1024, 2048]
        case 512: Array(stride(from: 1024, through: 4096, by: 1024))
        case 1024: Array(stride(from: 2048, through: 8192, by: 1024))
        case 2048: Array(stride(from: 4096, through: 16_384, by: 1024))
        case 4096: Array(stride(from: 8192, through: 30_720, by: 1024))
        case 8192: Array(stride(from: 16_384, through: 61_440, by: 4096))
        case 16_384: Array(stride(from: 32_768, through: 122_880, by: 8192))
        default: []
        }
    }

    /// The containers as AWS echoes them.
    var containersWithDefaults: [ECS.ContainerDefinition] {
        self.input.containerDefinitions.map { container in
            var container = container
            container.cpu = container.cpu ?? 0
            container.essential = container.essential ?? true
            container.environment = container.environment ?? []
            container.mountPoints = container.mountPoints ?? []
            container.volumesFrom = container.volumesFrom ?? []
            container.systemControls = container.systemControls ?? []
            container.portMappings = (container.portMappings ?? []).map { mapping in
                var mapping = mapping
                mapping.protocol = mapping.protocol ?? .tcp
                mapping.hostPort = self.networkMode == .bridge ? mapping.hostPort ?? 0 : mapping.containerPort
                return mapping
            }
            if var check = container.healthCheck {
                check.interval = check.interval ?? 30
                check.timeout = check.timeout ?? 5
                check.retries = check.retries ?? 3
                container.healthCheck = check
            }
            return container
        }
    }
}
