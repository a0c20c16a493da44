internal import Model

/// Writes an environment's log stream, and remembers the end of the running invocation's part (`LogType=Tail`).
struct EnvironmentJournal {
    static let tailLength = 4096

    private let environment: ExecutionEnvironment
    private(set) var tail: [UInt8] = []

    init(environment: ExecutionEnvironment) {
        self.environment = environment
    }

    mutating func append(_ lines: [OutputLine]) {
        for line in lines { self.write(line.text, at: line.time) }
    }

    mutating func append(_ line: PlatformLine, peakMemoryMB: Int) {
        if case .start = line { self.tail = [] }
        let surroundings = PlatformLine.Surroundings(
            runtimeVersion: self.environment.resources.interpreter.version, runtimeARN: self.runtimeARN,
            memoryMB: self.environment.function.memoryMB, peakMemoryMB: peakMemoryMB)
        let now = self.environment.resources.clock.now()
        self.write(line.text(surroundings), at: now)
        if case .initStart = line, let warning = self.environment.resources.interpreter.warning {
            self.write("[WARN] \(warning)", at: now)
        }
    }

    private var runtimeARN: String {
        let arn = self.environment.function.arn
        let digits = String(repeating: "0", count: 64)
        return "arn:\(arn.partition):lambda:\(arn.region)::runtime:\(digits)"
    }

    private mutating func write(_ text: String, at time: Timestamp) {
        self.tail += text.utf8
        self.tail.append(UInt8(ascii: "\n"))
        if self.tail.count > Self.tailLength { self.tail.removeFirst(self.tail.count - Self.tailLength) }
        self.environment.resources.log(
            FunctionLogEvent(
                scope: self.environment.function.arn.scope, logGroup: self.environment.function.logGroup,
                logStream: self.environment.logStream, time: time, message: text))
    }
}
