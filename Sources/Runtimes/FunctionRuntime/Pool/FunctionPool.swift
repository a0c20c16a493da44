package import Logging
package import Model
internal import NIOPosix
internal import ServiceLifecycle
internal import Synchronization

/// Runs functions: keeps execution environments between invocations, starts more while all are busy, and lets go of those
/// that are idle, outdated or whose credentials run out.
package final class FunctionPool: Service {
    package struct Configuration: Sendable {
        /// For the bootstrap programs and the environments' temporary folders. Emptied at start.
        package var directory: String
        /// What functions find in `AWS_ENDPOINT_URL`.
        package var endpoint: String
        /// Environments at a time, over all functions.
        package var maximumEnvironments = 100
        package var idleTimeout: Duration = .minutes(10)

        package init(directory: String, endpoint: String) {
            self.directory = directory
            self.endpoint = endpoint
        }
    }

    private struct Member {
        let id: Int
        let environment: ExecutionEnvironment
        let credentialsExpireAt: Timestamp
        var lastUsedAt: Timestamp
    }

    private struct State {
        var nextID = 0
        var members: [Member] = []
        /// Environments that are being made, by function: they count as busy.
        var starting: [ARN: Int] = [:]
    }

    private enum Choice {
        case use(Member)
        case start
        case throttle(FunctionPoolError)
    }

    private let configuration: Configuration
    private let credentials: @Sendable (FunctionSpecification) async throws -> FunctionCredentials
    private let clock: any WallClock
    private let log: @Sendable (FunctionLogEvent) -> Void
    private let logger: Logger
    private let interpreters: Interpreters
    private let state = Mutex(State())
    private let starts: AsyncStream<Member>
    private let startsContinuation: AsyncStream<Member>.Continuation

    /// - Parameters:
    ///   - credentials: a fresh session of the function's role.
    ///   - log: must not block; called from the environments in the order of their events.
    package init(
        configuration: Configuration,
        credentials: @escaping @Sendable (FunctionSpecification) async throws -> FunctionCredentials,
        clock: any WallClock, logger: Logger, log: @escaping @Sendable (FunctionLogEvent) -> Void
    ) {
        self.configuration = configuration
        self.credentials = credentials
        self.clock = clock
        self.logger = logger
        self.log = log
        self.interpreters = Interpreters(clock: clock)
        (self.starts, self.startsContinuation) = AsyncStream.makeStream()
    }

    /// Runs one invocation to its end, however long that takes.
    /// - Parameter limit: how many invocations of the function may run at a time; `nil` for no limit but the pool's.
    package func invoke(
        _ function: FunctionSpecification, _ invocation: Invocation, limit: Int? = nil
    ) async throws -> InvocationOutcome {
        while true {
            switch self.choose(function, limit: limit) {
            case .use(let member):
                // Busy again since it was chosen: choose once more.
                guard let outcome = try await member.environment.invoke(invocation) else { continue }
                self.touch(member.id)
                return outcome
            case .start:
                try await self.start(function)
            case .throttle(let error):
                throw error
            }
        }
    }

    /// Environments that may run at a time, over all functions.
    package var maximumEnvironments: Int { self.configuration.maximumEnvironments }

    /// Ends the environments of a function as soon as they are idle.
    package func retire(_ function: ARN) {
        for member in self.members where member.environment.function.arn == function { member.environment.retire() }
    }

    /// Owns every environment; all processes are gone when it returns.
    package func run() async throws {
        try await NIOThreadPool.singleton.runIfActive { try self.prepareDirectory() }
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.retireIdle() }
                for await member in self.starts {
                    group.addTask { await self.live(member) }
                }
                group.cancelAll()
            }
        }
        self.startsContinuation.finish()
        // Those that came too late to be started.
        for member in self.members {
            member.environment.abandon()
            self.remove(member)
        }
    }

    /// The temporary folder is made here, not with the environment: an invocation that the last server left may ask for one
    /// before `run` has emptied the pool's folder.
    private func live(_ member: Member) async {
        let temporary = member.environment.resources.temporaryDirectory
        do {
            try await NIOThreadPool.singleton.runIfActive { try FileTree.makeDirectories(temporary) }
            await member.environment.run()
        } catch {
            member.environment.abandon(error)
        }
        self.remove(member)
    }

    // MARK: Choosing

    private var members: [Member] { self.state.withLock { $0.members } }

    private func choose(_ function: FunctionSpecification, limit: Int?) -> Choice {
        let now = self.clock.now()
        return self.state.withLock { state in
            let available = state.members
                .filter {
                    $0.environment.function == function
                        && $0.credentialsExpireAt > now + function.timeout + .seconds(30)
                }
                .map { (member: $0, availability: $0.environment.availability) }
                .filter { $0.availability != .busy }
                .min { $0.availability < $1.availability }
            let busy = state.members.filter { $0.environment.availability == .busy && !$0.environment.hasEnded }
            if let limit {
                let running =
                    busy.count { $0.environment.function.arn == function.arn } + (state.starting[function.arn] ?? 0)
                guard running < limit else { return .throttle(.functionLimitReached) }
            }
            if let available { return .use(available.member) }
            guard state.members.count + state.starting.values.reduce(0, +) < self.configuration.maximumEnvironments
            else {
                // Room is made by ending the environment that has waited longest.
                guard
                    let oldest = state.members.filter({ $0.environment.availability < .finishing }).min(by: {
                        $0.lastUsedAt < $1.lastUsedAt
                    })
                else { return .throttle(.poolLimitReached) }
                oldest.environment.retire()
                state.members.removeAll { $0.id == oldest.id }
                state.starting[function.arn, default: 0] += 1
                return .start
            }
            state.starting[function.arn, default: 0] += 1
            return .start
        }
    }

    private func start(_ function: FunctionSpecification) async throws {
        let environment: ExecutionEnvironment
        do {
            environment = try await self.environment(for: function)
        } catch {
            self.state.withLock { $0.starting[function.arn, default: 1] -= 1 }
            // A search for an interpreter that is cut off finds none.
            try Task.checkCancellation()
            throw error
        }
        let now = self.clock.now()
        let (member, outdated) = self.state.withLock { state in
            state.starting[function.arn, default: 1] -= 1
            state.nextID += 1
            let member = Member(
                id: state.nextID, environment: environment,
                credentialsExpireAt: environment.resources.credentials.expiresAt,
                lastUsedAt: now)
            let outdated = state.members.filter {
                let other = $0.environment.function
                return other.arn == function.arn && other.version == function.version && other != function
            }
            state.members.append(member)
            return (member, outdated)
        }
        for member in outdated { member.environment.retire() }
        if case .terminated = self.startsContinuation.yield(member) {
            self.remove(member)
            throw FunctionPoolError.stopped
        }
    }

    private func environment(for function: FunctionSpecification) async throws -> ExecutionEnvironment {
        let interpreter = try await self.interpreters.interpreter(for: function.language, taskRoot: function.taskRoot)
        let credentials = try await self.credentials(function)
        let temporary = "\(self.configuration.directory)/tmp/\(Identifiers.hex(16))"
        return ExecutionEnvironment(
            function,
            .init(
                interpreter: interpreter, credentials: credentials,
                runtimeDirectory: "\(self.configuration.directory)/runtime",
                temporaryDirectory: temporary, endpoint: self.configuration.endpoint, clock: self.clock, log: self.log))
    }

    // MARK: Letting go

    private func touch(_ id: Int) {
        let now = self.clock.now()
        self.state.withLock { state in
            guard let index = state.members.firstIndex(where: { $0.id == id }) else { return }
            state.members[index].lastUsedAt = now
        }
    }

    private func remove(_ member: Member) {
        self.state.withLock { $0.members.removeAll { $0.id == member.id } }
        FileTree.remove(member.environment.resources.temporaryDirectory)
    }

    private func retireIdle() async {
        // Ends with the pool: the sleep throws when it is cancelled.
        while (try? await self.clock.sleep(for: .seconds(30))) != nil {
            let now = self.clock.now()
            for member in self.members {
                let isIdle = member.environment.availability < .finishing
                guard isIdle else { continue }
                let isOld = now - member.lastUsedAt >= self.configuration.idleTimeout
                if isOld || member.credentialsExpireAt < now + .minutes(1) { member.environment.retire() }
            }
        }
    }

    private func prepareDirectory() throws {
        FileTree.remove("\(self.configuration.directory)/tmp")
        FileTree.remove("\(self.configuration.directory)/runtime")
        try FileTree.makeDirectories("\(self.configuration.directory)/runtime")
        try FileTree.write(
            PackageResources.bootstrap_py, to: "\(self.configuration.directory)/runtime/bootstrap.py", mode: 0o644)
        try FileTree.write(
            PackageResources.bootstrap_mjs, to: "\(self.configuration.directory)/runtime/bootstrap.mjs", mode: 0o644)
    }
}

/// Why an invocation could not be run.
package enum FunctionPoolError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The function's own limit (`ReservedFunctionConcurrentInvocationLimitExceeded`).
    case functionLimitReached
    /// The limit over all functions (`ConcurrentInvocationLimitExceeded`).
    case poolLimitReached
    case noInterpreter(String)
    /// The pool, or the environment under the invocation, has ended.
    case stopped

    package var description: String {
        switch self {
        case .functionLimitReached: "the function's concurrency limit is reached"
        case .poolLimitReached: "the limit of execution environments is reached"
        case .noInterpreter(let name): "\(name) is not installed on this machine"
        case .stopped: "the functions' runtime has stopped"
        }
    }
}
