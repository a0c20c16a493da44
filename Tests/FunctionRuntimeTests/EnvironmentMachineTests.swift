import Model
import Testing

@testable import FunctionRuntime

/// One line an event; the machine's answers are the expectations.
struct EnvironmentMachineTests {
    private let first = Invocation(requestID: "r1", payload: [1], functionARN: "arn", traceID: "t")
    private let second = Invocation(requestID: "r2", payload: [2], functionARN: "arn", traceID: "t")

    private func machine() -> EnvironmentMachine { EnvironmentMachine(timeout: .seconds(3), version: "$LATEST") }
    private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    /// A machine whose process 1 works on `first` since 100 ms.
    private func invoking() -> EnvironmentMachine {
        var machine = self.machine()
        _ = machine.invoke(self.first, at: self.at(0))
        _ = machine.nextRequested(by: 1, at: self.at(100))
        return machine
    }

    private func idle() -> EnvironmentMachine {
        var machine = self.invoking()
        _ = machine.responsePosted(for: "r1", [9], by: 1, at: self.at(200))
        _ = machine.nextRequested(by: 1, at: self.at(201))
        return machine
    }

    private func conclusion(
        _ id: String, duration: Duration, initDuration: Duration?, status: PlatformLine.FailureStatus?,
        _ result: InvocationResult,
        explanation: [EnvironmentMachine.Action] = []
    ) -> [EnvironmentMachine.Action] {
        let report = PlatformLine.Report(requestID: id, duration: duration, initDuration: initDuration, status: status)
        return [.drainOutput] + explanation + [
            .log(.end(requestID: id)), .log(.report(report)), .complete(requestID: id, result),
        ]
    }

    private func timeoutActions(
        _ id: String, at time: Timestamp, duration: Duration, initDuration: Duration?, process: Int
    )
        -> [EnvironmentMachine.Action]
    {
        let failure = FunctionFailure.timedOut(limit: .seconds(3))
        return [.killProcess(process)]
            + self.conclusion(
                id, duration: duration, initDuration: initDuration, status: .timeout,
                .failed(failure.payload(requestID: id)),
                explanation: [.log(.failure(failure, requestID: id, at: time))])
    }

    @Test func coldStartInitializesOutsideTheTimeout() {
        var machine = self.machine()
        #expect(machine.availability == .cold)
        #expect(
            machine.invoke(self.first, at: self.at(0)) == [
                .log(.initStart), .startProcess(1), .wake(timer: 1, at: self.at(10_000)),
            ])
        #expect(machine.availability == .busy)
        #expect(
            machine.nextRequested(by: 1, at: self.at(5_000)) == [
                .drainOutput, .log(.start(requestID: "r1", version: "$LATEST")), .wake(timer: 2, at: self.at(8_000)),
                .deliver(self.first, deadline: self.at(8_000)),
            ])
        let reaction = machine.responsePosted(for: "r1", [9], by: 1, at: self.at(5_250))
        #expect(reaction.answer == .accepted)
        #expect(
            reaction.actions
                == self.conclusion(
                    "r1", duration: .milliseconds(250), initDuration: .seconds(5), status: nil, .returned([9])))
        #expect(machine.nextRequested(by: 1, at: self.at(5_251)) == [])
        #expect(machine.availability == .ready)
    }

    @Test func warmInvocationHasNoInitDuration() {
        var machine = self.idle()
        #expect(
            machine.invoke(self.second, at: self.at(1_000)) == [
                .drainOutput, .log(.start(requestID: "r2", version: "$LATEST")), .wake(timer: 3, at: self.at(4_000)),
                .deliver(self.second, deadline: self.at(4_000)),
            ])
        #expect(
            machine.errorPosted(for: "r2", [8], type: "ValueError", by: 1, at: self.at(1_010)).actions
                == self.conclusion(
                    "r2", duration: .milliseconds(10), initDuration: nil, status: .error(type: "ValueError"),
                    .failed([8])))
    }

    @Test func secondInvocationIsRefusedWhileOneRuns() {
        var machine = self.invoking()
        #expect(machine.invoke(self.second, at: self.at(150)) == nil)
        #expect(machine.nextRequested(by: 1, at: self.at(150)) == [])
    }

    @Test func invocationWaitsForTheNextPollAfterAResponse() {
        var machine = self.invoking()
        _ = machine.responsePosted(for: "r1", [9], by: 1, at: self.at(200))
        #expect(machine.availability == .finishing)
        #expect(machine.invoke(self.second, at: self.at(201)) == [])
        #expect(machine.availability == .busy)
        #expect(machine.nextRequested(by: 1, at: self.at(300)).last == .deliver(self.second, deadline: self.at(3_300)))
    }

    @Test func queuedInvocationSurvivesTheDeathOfItsProcess() {
        var machine = self.invoking()
        _ = machine.responsePosted(for: "r1", [9], by: 1, at: self.at(200))
        _ = machine.invoke(self.second, at: self.at(201))
        #expect(
            machine.processExited(1, .exited(status: 0), at: self.at(250)) == [
                .drainOutput, .log(.start(requestID: "r2", version: "$LATEST")), .startProcess(2),
                .wake(timer: 3, at: self.at(3_250)),
            ])
    }

    @Test func deadlineKillsTheProcessAndTheNextInvocationStartsAnother() {
        var machine = self.invoking()
        #expect(
            machine.timerFired(2, at: self.at(3_100))
                == self.timeoutActions(
                    "r1", at: self.at(3_100), duration: .seconds(3), initDuration: .milliseconds(100), process: 1))
        // Its end, and a late answer of the killed process, change nothing.
        #expect(machine.processExited(1, .killed(signal: 9), at: self.at(3_101)) == [])
        #expect(machine.responsePosted(for: "r1", [9], by: 1, at: self.at(3_102)).answer == .unknownRequest)
        #expect(machine.availability == .cold)
        #expect(
            machine.invoke(self.second, at: self.at(4_000)) == [
                .log(.start(requestID: "r2", version: "$LATEST")), .startProcess(2),
                .wake(timer: 3, at: self.at(7_000)),
            ])
        #expect(machine.nextRequested(by: 1, at: self.at(4_001)) == [])
        #expect(machine.nextRequested(by: 2, at: self.at(4_100)) == [.deliver(self.second, deadline: self.at(7_000))])
    }

    @Test func replacedTimerIsIgnored() {
        var machine = self.invoking()
        #expect(machine.timerFired(1, at: self.at(10_000)) == [])
    }

    @Test func timerOfAnIdleEnvironmentIsIgnored() {
        var machine = self.idle()
        #expect(machine.timerFired(2, at: self.at(3_100)) == [])
        #expect(machine.availability == .ready)
    }

    @Test func runtimeThatNeverPollsAgainIsKilledAtTheDeadline() {
        var machine = self.invoking()
        _ = machine.responsePosted(for: "r1", [9], by: 1, at: self.at(200))
        #expect(machine.timerFired(2, at: self.at(3_100)) == [.killProcess(1)])
        #expect(machine.availability == .cold)
    }

    @Test func crashDuringAnInvocationIsAnExitError() {
        var machine = self.invoking()
        let failure = FunctionFailure.exited(.exited(status: 3))
        #expect(
            machine.processExited(1, .exited(status: 3), at: self.at(150))
                == [.killProcess(1)]
                + self.conclusion(
                    "r1", duration: .milliseconds(50), initDuration: .milliseconds(100),
                    status: .error(type: "Runtime.ExitError"),
                    .failed(failure.payload(requestID: "r1")),
                    explanation: [.log(.failure(failure, requestID: "r1", at: self.at(150)))]))
    }

    @Test func slowInitIsRepeatedWithinTheInvocation() {
        var machine = self.machine()
        _ = machine.invoke(self.first, at: self.at(0))
        #expect(
            machine.timerFired(1, at: self.at(10_000)) == [
                .killProcess(1), .drainOutput, .log(.initReport(duration: .seconds(10), status: .timeout)),
                .log(.start(requestID: "r1", version: "$LATEST")), .startProcess(2),
                .wake(timer: 2, at: self.at(13_000)),
            ])
        #expect(
            machine.timerFired(2, at: self.at(13_000))
                == self.timeoutActions("r1", at: self.at(13_000), duration: .seconds(3), initDuration: nil, process: 2))
    }

    @Test func initErrorIsTheResultOfTheRepeatedInit() {
        var machine = self.machine()
        _ = machine.invoke(self.first, at: self.at(0))
        #expect(machine.initErrorPosted([7], type: "Runtime.ImportModuleError", by: 1, at: self.at(40)).actions == [])
        #expect(
            machine.processExited(1, .exited(status: 1), at: self.at(50)) == [
                .drainOutput,
                .log(.initReport(duration: .milliseconds(50), status: .error(type: "Runtime.ImportModuleError"))),
                .log(.start(requestID: "r1", version: "$LATEST")), .startProcess(2),
                .wake(timer: 2, at: self.at(3_050)),
            ])
        let reaction = machine.initErrorPosted([7], type: "Runtime.ImportModuleError", by: 2, at: self.at(90))
        #expect(reaction.answer == .accepted)
        #expect(
            reaction.actions
                == [.killProcess(2)]
                + self.conclusion(
                    "r1", duration: .milliseconds(40), initDuration: nil,
                    status: .error(type: "Runtime.ImportModuleError"),
                    .failed([7])))
    }

    @Test func initErrorIsForbiddenAfterInit() {
        var invoking = self.invoking()
        #expect(invoking.initErrorPosted([7], type: "E", by: 1, at: self.at(150)).answer == .forbidden)
        var idle = self.idle()
        #expect(idle.initErrorPosted([7], type: "E", by: 1, at: self.at(300)).answer == .forbidden)
    }

    @Test func processThatDoesNotStartFailsTheInvocation() {
        var machine = self.machine()
        _ = machine.invoke(self.first, at: self.at(0))
        _ = machine.processDidNotStart(1, reason: "no bootstrap", at: self.at(1))
        let actions = machine.processDidNotStart(2, reason: "no bootstrap", at: self.at(2))
        let failure = FunctionFailure.notStarted("no bootstrap")
        #expect(actions.last == .complete(requestID: "r1", .failed(failure.payload(requestID: "r1"))))
    }

    @Test func secondAnswerToOneInvocationIsRefused() {
        var machine = self.idle()
        #expect(machine.responsePosted(for: "r1", [9], by: 1, at: self.at(300)).answer == .unknownRequest)
        #expect(machine.errorPosted(for: "r9", [9], type: "E", by: 1, at: self.at(300)).answer == .unknownRequest)
    }

    @Test func oversizedResponseFailsTheInvocation() {
        var machine = self.invoking()
        let body = [UInt8](repeating: 0x20, count: FunctionFailure.maximumResponseSize + 1)
        let reaction = machine.responsePosted(for: "r1", body, by: 1, at: self.at(200))
        #expect(
            reaction.actions.last
                == .complete(requestID: "r1", .failed(FunctionFailure.responseTooLarge.payload(requestID: "r1"))))
    }

    @Test func retiredEnvironmentFinishesItsInvocationFirst() {
        var machine = self.invoking()
        #expect(machine.retire() == [])
        #expect(!machine.hasEnded)
        _ = machine.responsePosted(for: "r1", [9], by: 1, at: self.at(200))
        #expect(machine.invoke(self.second, at: self.at(201)) == nil)
        #expect(machine.nextRequested(by: 1, at: self.at(202)) == [.killProcess(1), .drainOutput, .end])
        #expect(machine.hasEnded)
    }

    @Test func idleEnvironmentRetiresAtOnce() {
        var machine = self.idle()
        #expect(machine.retire() == [.killProcess(1), .drainOutput, .end])
        #expect(machine.stop() == [])
    }

    @Test func stoppedEnvironmentIgnoresEverything() {
        var machine = self.invoking()
        #expect(machine.stop() == [.killProcess(1), .drainOutput, .end])
        #expect(machine.invoke(self.second, at: self.at(1)) == nil)
        #expect(machine.nextRequested(by: 1, at: self.at(1)) == [])
        #expect(machine.processExited(1, .killed(signal: 9), at: self.at(1)) == [])
        #expect(machine.timerFired(2, at: self.at(1)) == [])
        #expect(machine.responsePosted(for: "r1", [], by: 1, at: self.at(1)).answer == .unknownRequest)
        #expect(machine.initErrorPosted([], type: "E", by: 1, at: self.at(1)).answer == .forbidden)
    }

    @Test func idleProcessThatDiesIsReplacedByTheNextInvocation() {
        var machine = self.idle()
        #expect(machine.processExited(1, .exited(status: 0), at: self.at(500)) == [.drainOutput])
        #expect(machine.availability == .cold)
        #expect(machine.invoke(self.second, at: self.at(600))?.contains(.startProcess(2)) == true)
    }
}
