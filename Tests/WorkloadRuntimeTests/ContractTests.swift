internal import Model
internal import Testing
internal import WorkloadRuntime

/// What every runtime promises (`WorkloadRuntime`).
@Suite(.timeLimit(.minutes(2)))
struct ContractTests {
    @Test(arguments: RuntimeUnderTest.allCases)
    func outputKeepsItsOrderAndSource(_ runtime: RuntimeUnderTest) async throws {
        try await runtime.with { fixture in
            let container = try await fixture.start("for i in 1 2 3; do echo line $i; done; echo oops >&2; printf tail")
            let lines = try await fixture.output(of: container)
            #expect(
                lines.filter { $0.source == .standardOutput }.map(\.text) == ["line 1", "line 2", "line 3", "tail"])
            #expect(lines.filter { $0.source == .standardError }.map(\.text) == ["oops"])
        }
    }

    @Test(arguments: RuntimeUnderTest.allCases)
    func outputResumesBehindAPosition(_ runtime: RuntimeUnderTest) async throws {
        try await runtime.with { fixture in
            let container = try await fixture.start("for i in 1 2 3 4; do echo $i; done")
            let lines = try await fixture.output(of: container)
            try #require(lines.count == 4)
            let rest = try await fixture.output(of: container, after: lines[1].position)
            #expect(rest.map(\.text) == ["3", "4"])
            #expect(try await fixture.output(of: container, after: lines[3].position).isEmpty)
        }
    }

    @Test(arguments: RuntimeUnderTest.allCases, [0, 1, 42])
    func exitCodeIsTheProgramsOwn(_ runtime: RuntimeUnderTest, code: Int) async throws {
        try await runtime.with { fixture in
            let container = try await fixture.start("exit \(code)")
            let exit = try await fixture.runtime.waitForExit(of: container)
            #expect(exit.code == code)
            #expect(!exit.outOfMemory)
            #expect(try await fixture.runtime.inspect(container) == .exited(exit))
        }
    }

    @Test(arguments: RuntimeUnderTest.allCases)
    func stopSendsSIGTERMAndTellsTheExitCode(_ runtime: RuntimeUnderTest) async throws {
        try await runtime.with { fixture in
            let container = try await fixture.start(
                "trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.05; done")
            try await fixture.waitForLine("ready", of: container)
            #expect(try await fixture.runtime.inspect(container) == .running)
            let exit = try await fixture.runtime.stopContainer(container, timeout: .seconds(20))
            #expect(exit.code == 7)
            // The shell may remark on standard error that the signal reached its child too.
            let output = try await fixture.output(of: container).filter { $0.source == .standardOutput }
            #expect(output.map(\.text) == ["ready", "bye"])
        }
    }

    @Test(arguments: RuntimeUnderTest.allCases)
    func usageCountsChildrenAndEndsWithTheContainer(_ runtime: RuntimeUnderTest) async throws {
        try await runtime.with { fixture in
            // A child does the work, and its parent waits for it: its time must not be lost with it.
            let container = try await fixture.start(
                "(i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done); echo ready; sleep 600")
            try await fixture.waitForLine("ready", of: container)
            let usage = try #require(try await fixture.runtime.usage(of: [container])[container])
            #expect(usage.cpuTime >= .milliseconds(30))
            #expect(usage.memoryBytes > 100_000)
            _ = try await fixture.runtime.stopContainer(container, timeout: .zero)
            #expect(try await fixture.runtime.usage(of: [container]).isEmpty)
        }
    }

    @Test(arguments: RuntimeUnderTest.allCases)
    func stopSendsTheSignalOfTheDefinition(_ runtime: RuntimeUnderTest) async throws {
        try await runtime.with { fixture in
            let container = try await fixture.start("trap 'exit 9' USR1; echo ready; while :; do sleep 0.05; done") {
                $0.stopSignal = "SIGUSR1"
            }
            try await fixture.waitForLine("ready", of: container)
            #expect(try await fixture.runtime.stopContainer(container, timeout: .seconds(20)).code == 9)
        }
    }

    @Test(arguments: RuntimeUnderTest.allCases)
    func stopKillsWhatIgnoresTheSignal(_ runtime: RuntimeUnderTest) async throws {
        try await runtime.with { fixture in
            let container = try await fixture.start("trap '' TERM; echo ready; while :; do sleep 0.05; done")
            try await fixture.waitForLine("ready", of: container)
            #expect(try await fixture.runtime.stopContainer(container, timeout: .seconds(1)).code == 137)
        }
    }

    @Test(arguments: RuntimeUnderTest.allCases)
    func stopAndRemoveMayBeRepeated(_ runtime: RuntimeUnderTest) async throws {
        try await runtime.with { fixture in
            let sandbox = try await fixture.sandbox()
            let container = try await fixture.runtime.startContainer(shell("exit 3"), in: sandbox)
            let first = try await fixture.runtime.stopContainer(container, timeout: .seconds(1))
            #expect(try await fixture.runtime.stopContainer(container, timeout: .seconds(1)) == first)
            try await fixture.runtime.removeSandbox(sandbox)
            try await fixture.runtime.removeSandbox(sandbox)
            #expect(try await fixture.runtime.inspect(container) == .gone)
            #expect(try await fixture.runtime.stopContainer(container, timeout: .seconds(1)).code == nil)
            #expect(try await fixture.runtime.waitForExit(of: container).code == nil)
        }
    }

    @Test(arguments: RuntimeUnderTest.allCases)
    func startingWhatRunsReturnsTheSameHandle(_ runtime: RuntimeUnderTest) async throws {
        try await runtime.with { fixture in
            let sandbox = try await fixture.sandbox()
            let first = try await fixture.runtime.startContainer(shell("sleep 600"), in: sandbox)
            #expect(try await fixture.runtime.startContainer(shell("sleep 600"), in: sandbox) == first)
            #expect(try await fixture.restarted().startContainer(shell("sleep 600"), in: sandbox) == first)
        }
    }

    @Test(arguments: RuntimeUnderTest.allCases)
    func aContainerThatHasEndedStartsAgainOnceForEachEnd(_ runtime: RuntimeUnderTest) async throws {
        try await runtime.with { fixture in
            let sandbox = try await fixture.sandbox()
            let specification = shell("if test -e been; then echo again; exit 4; fi; : > been; echo first; exit 3")
            let first = try await fixture.runtime.startContainer(specification, in: sandbox)
            #expect(try await fixture.runtime.waitForExit(of: first).code == 3)
            let position = try await fixture.output(of: first).last?.position
            let second = try await fixture.runtime.restartContainer(specification, after: first, in: sandbox)
            #expect(second.startedAt > first.startedAt)
            #expect(try await fixture.runtime.waitForExit(of: second).code == 4)
            // A control plane that died before it had noted the second start asks again.
            #expect(
                try await fixture.restarted().restartContainer(specification, after: first, in: sandbox) == second)
            #expect(try await fixture.output(of: second, after: position).map(\.text) == ["again"])
            #expect(try await fixture.output(of: second).map(\.text) == ["first", "again"])
        }
    }

    @Test(arguments: RuntimeUnderTest.allCases)
    func aRestartedControlPlaneAdoptsWhatRuns(_ runtime: RuntimeUnderTest) async throws {
        try await runtime.with { fixture in
            let container = try await fixture.start("trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done")
            try await fixture.waitForLine("ready", of: container)
            let next = try fixture.restarted()
            #expect(try await next.sandboxes().map(\.taskID) == [container.taskID])
            #expect(try await next.inspect(container) == .running)
            async let exit = next.waitForExit(of: container)
            #expect(try await next.stopContainer(container, timeout: .seconds(20)).code == 5)
            #expect(try await exit.code == 5)
            #expect(try await fixture.runtime.waitForExit(of: container).code == 5)
        }
    }

    @Test(arguments: RuntimeUnderTest.allCases)
    func theEnvironmentIsTheDefinitionsAlone(_ runtime: RuntimeUnderTest) async throws {
        try await runtime.with { fixture in
            let container = try await fixture.start("echo \"$COLOR $TWICE [$SWIFT_TEST_ONLY]\"") {
                $0.environment = [.init("COLOR", "teal"), .init("TWICE", "one"), .init("TWICE", "two")]
            }
            #expect(try await fixture.output(of: container).map(\.text) == ["teal two []"])
        }
    }

    @Test(arguments: RuntimeUnderTest.allCases)
    func aMissingProgramCannotBeStarted(_ runtime: RuntimeUnderTest) async throws {
        try await runtime.with { fixture in
            await #expect {
                try await fixture.start("") {
                    $0.entryPoint = ["no-such-program"]
                    $0.command = nil
                }
            } throws: { error in
                guard case RuntimeFailure.cannotStartContainer(let detail) = error else { return false }
                return detail.contains("no-such-program")
            }
        }
    }

    @Test(arguments: RuntimeUnderTest.allCases)
    func healthCommandsTellPassFailureAndTimeout(_ runtime: RuntimeUnderTest) async throws {
        try await runtime.with { fixture in
            let container = try await fixture.start("echo ready; sleep 600") {
                $0.environment = [.init("COLOR", "teal")]
            }
            try await fixture.waitForLine("ready", of: container)
            func check(_ command: [String], timeout: Duration = .seconds(20)) async throws -> HealthCommandResult {
                try await fixture.runtime.runHealthCommand(command, in: container, timeout: timeout)
            }
            #expect(try await check(["CMD-SHELL", "test \"$COLOR\" = teal"]) == .passed)
            #expect(try await check(["CMD", "/bin/sh", "-c", "exit 0"]) == .passed)
            #expect(try await check(["CMD-SHELL", "echo sick; exit 3"]) == .failed(exitCode: 3, output: "sick\n"))
            #expect(try await check(["CMD-SHELL", "sleep 600"], timeout: .milliseconds(300)) == .timedOut)
        }
    }

    /// A child that the command leaves behind holds its output open.
    @Test(arguments: RuntimeUnderTest.allCases)
    func aHangingHealthCommandIsReportedWhenItsTimeIsOver(_ runtime: RuntimeUnderTest) async throws {
        try await runtime.with { fixture in
            let container = try await fixture.start("echo ready; sleep 600")
            try await fixture.waitForLine("ready", of: container)
            let before = ContinuousClock.now
            let result = try await fixture.runtime.runHealthCommand(
                ["CMD-SHELL", "sleep 600 & sleep 600; echo over"], in: container, timeout: .milliseconds(300))
            #expect(result == .timedOut)
            // Nothing waits for the child, which sleeps for ten minutes.
            #expect(ContinuousClock.now - before < .seconds(60))
        }
    }

    @Test(arguments: RuntimeUnderTest.allCases)
    func twoContainersOfATaskEndApart(_ runtime: RuntimeUnderTest) async throws {
        try await runtime.with { fixture in
            let sandbox = try await fixture.sandbox()
            let first = try await fixture.runtime.startContainer(shell("exit 4", name: "init"), in: sandbox)
            #expect(try await fixture.runtime.waitForExit(of: first).code == 4)
            // The first has ended, and the task's network is still there for the second.
            let second = try await fixture.runtime.startContainer(
                shell("echo ready; sleep 600", name: "web"), in: sandbox)
            try await fixture.waitForLine("ready", of: second)
            #expect(try await fixture.runtime.inspect(second) == .running)
            try await fixture.runtime.removeSandbox(sandbox)
            #expect(try await fixture.runtime.inspect(second) == .gone)
            #expect(try await fixture.runtime.sandboxes().isEmpty)
        }
    }

    @Test(arguments: RuntimeUnderTest.allCases)
    func aSandboxIsMadeOnce(_ runtime: RuntimeUnderTest) async throws {
        try await runtime.with { fixture in
            let specification = SandboxSpecification(
                taskID: Identifiers.hex(32), networkMode: .awsvpc,
                ports: [PortRequest(containerName: "web", containerPort: 8080, hostPort: nil, transport: .tcp)],
                labels: [:])
            let first = try await fixture.runtime.createSandbox(specification)
            #expect(try await fixture.runtime.createSandbox(specification) == first)
            #expect(try await fixture.restarted().createSandbox(specification) == first)
            #expect(first.bindings.map(\.containerPort) == [8080])
        }
    }
}
