import DeploymentEngine
import Foundation
import Model
import Testing

/// Random tasks in a random world: commands succeed, fail, end late, and facts come twice or at the wrong time.
@Suite struct TaskMachinePropertyTests {
    @Test(arguments: 0..<400)
    func everyTaskEndsAndKeepsItsOrder(_ seed: UInt64) throws {
        var world = TaskWorld(seed: seed)
        var steps = 0
        while world.task.phase != .stopped {
            steps += 1
            try #require(steps < 2000, "seed \(seed): the task does not end")
            try world.step(mayStop: steps > 40)
        }
        #expect(world.task.commands.isEmpty)
        #expect(world.live.isEmpty, "seed \(seed): containers outlive the task")
        #expect(!world.isRegistered, "seed \(seed): targets outlive the task")
        #expect(!world.hasSandbox, "seed \(seed): the sandbox outlives the task")
        #expect(world.task.times.stoppedAt != nil)
        #expect(world.task.stop != nil)
    }
}

struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        self.state ^= self.state << 13
        self.state ^= self.state >> 7
        self.state ^= self.state << 17
        return self.state &* 0x2545_F491_4F6C_DD1D
    }
}

/// Performs what the machine commands, and objects to what must never be asked.
private struct TaskWorld {
    private(set) var task: TaskMachine
    private(set) var live: Set<String> = []
    private(set) var isRegistered = false
    private(set) var hasSandbox = false
    private var generator: SeededGenerator
    private var now = Timestamp.epoch
    private var lastPhase = TaskMachine.Phase.provisioning
    private var lastVersion = 0

    init(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let names = ["a", "b", "c", "d"].prefix(Int.random(in: 1...4, using: &generator))
        var containers: [ContainerPlan] = []
        for (index, name) in names.enumerated() {
            var container = ContainerPlan(name: name, isEssential: index == 0 || Bool.random(using: &generator))
            if Bool.random(using: &generator) {
                container.healthCheck = HealthCheckPlan(interval: .seconds(5), retries: 2)
                container.startTimeout = .seconds(20)
            }
            // Only on earlier ones: no cycles.
            if let other = containers.randomElement(using: &generator) {
                let conditions: [ContainerDependency.Condition] =
                    (other.isEssential ? [.start] : [.start, .complete, .success])
                    + (other.healthCheck == nil ? [] : [.healthy])
                if let condition = conditions.randomElement(using: &generator) {
                    container.dependencies = [.init(on: other.name, condition)]
                }
            }
            containers.append(container)
        }
        let targets = Bool.random(using: &generator) ? ["a"] : []
        self.task = TaskMachine(plan: TaskPlan(containers: containers, targetContainers: targets), createdAt: .epoch)
        self.generator = generator
    }

    mutating func step(mayStop: Bool) throws {
        self.now = self.now + .seconds(Int.random(in: 0...4, using: &self.generator))
        if mayStop, Int.random(in: 0..<10, using: &self.generator) == 0 {
            self.task.stopRequested(TaskStop(.userInitiated, reason: ""), at: self.now)
        } else if Int.random(in: 0..<12, using: &self.generator) == 0 {
            self.tellNonsense()
        } else if let command = self.task.commands.randomElement(using: &self.generator) {
            try self.perform(command)
        }
        // A crash and a restart at any moment change nothing.
        let text = try JSONEncoder().encode(self.task)
        let restored = try JSONDecoder().decode(TaskMachine.self, from: text)
        #expect(restored == self.task)
        let phases = TaskMachine.Phase.allCases
        let before = try #require(phases.firstIndex(of: self.lastPhase))
        let after = try #require(phases.firstIndex(of: self.task.phase))
        #expect(after >= before, "a task never goes back")
        #expect(self.task.version >= self.lastVersion)
        self.lastPhase = self.task.phase
        self.lastVersion = self.task.version
    }

    /// Facts of commands that were never given, or whose time is over.
    private mutating func tellNonsense() {
        let name = ["a", "b", "c", "d"].randomElement(using: &self.generator) ?? "a"
        let commands = self.task.commands
        switch Int.random(in: 0..<6, using: &self.generator) {
        case 0 where !commands.contains(.createSandbox): self.task.sandboxCreated(at: self.now)
        case 1 where !commands.contains(.startContainer(name)): self.task.containerStarted(name, at: self.now)
        case 2 where !commands.contains(.registerTargets): self.task.targetsRegistered(at: self.now)
        case 3 where !commands.contains(.removeSandbox): self.task.sandboxRemoved(at: self.now)
        case 4 where !commands.contains(.prepareImage(container: name)):
            self.task.imagePrepared(of: name, digest: nil, at: self.now)
        default: self.task.healthProbeFinished(of: "nobody", passed: false, at: self.now)
        }
    }

    private mutating func perform(_ command: TaskMachine.Command) throws {
        let fails = Int.random(in: 0..<15, using: &self.generator) == 0
        switch command {
        case .createSandbox:
            if fails { return self.task.sandboxFailed("no", at: self.now) }
            self.hasSandbox = true
            self.task.sandboxCreated(at: self.now)
        case .prepareImage(let name):
            try #require(self.hasSandbox)
            if fails { return self.task.imageFailed(of: name, "no", at: self.now) }
            self.task.imagePrepared(of: name, digest: nil, at: self.now)
        case .startContainer(let name, _):
            try #require(self.hasSandbox)
            if fails { return self.task.containerStartFailed(name, "no", at: self.now) }
            self.live.insert(name)
            self.task.containerStarted(name, at: self.now)
        case .watchContainer(let name, _):
            try #require(self.live.contains(name))
            guard Int.random(in: 0..<8, using: &self.generator) == 0 else { return }
            self.live.remove(name)
            let code = [0, 1, 137].randomElement(using: &self.generator)
            self.task.containerExited(name, code: code, outOfMemory: false, at: self.now)
        case .probeHealth(let name, _):
            try #require(self.live.contains(name))
            self.task.healthProbeFinished(of: name, passed: Bool.random(using: &self.generator), at: self.now)
        case .registerTargets:
            self.isRegistered = true
            if fails { return self.task.targetRegistrationFailed("no", at: self.now) }
            self.task.targetsRegistered(at: self.now)
        case .deregisterTargets:
            self.isRegistered = false
            self.task.targetsDeregistered(at: self.now)
        case .stopContainer(let name, _):
            try #require(!self.isRegistered, "a container is signalled while it is a target")
            self.live.remove(name)
            self.task.containerExited(name, code: 143, outOfMemory: false, at: self.now)
        case .removeSandbox:
            try #require(self.live.isEmpty, "the sandbox goes while containers live in it")
            self.hasSandbox = false
            self.task.sandboxRemoved(at: self.now)
        case .awaitStartTimeout(let name, let moment):
            if moment <= self.now { self.task.startTimeoutPassed(of: name, at: self.now) }
        }
    }
}
