import DeploymentEngine
import Model
import Testing

@Suite struct TaskMachineTests {
    private let start = Timestamp.epoch

    private func at(_ seconds: Int) -> Timestamp { self.start + .seconds(seconds) }

    private func machine(_ containers: [ContainerPlan], targets: [String] = []) -> TaskMachine {
        TaskMachine(plan: TaskPlan(containers: containers, targetContainers: targets), createdAt: self.start)
    }

    /// A task of one container, running since second 3.
    private func running(_ containers: [ContainerPlan] = [ContainerPlan(name: "web")], targets: [String] = [])
        -> TaskMachine
    {
        var task = self.machine(containers, targets: targets)
        task.sandboxCreated(at: self.at(1))
        for container in containers { task.imagePrepared(of: container.name, digest: nil, at: self.at(2)) }
        for container in containers { task.containerStarted(container.name, at: self.at(3)) }
        if !targets.isEmpty { task.targetsRegistered(at: self.at(3)) }
        return task
    }

    @Test func walksFromSandboxToRunning() {
        var task = self.machine([ContainerPlan(name: "web")], targets: ["web"])
        #expect(task.commands == [.createSandbox])
        task.sandboxCreated(at: self.at(1))
        #expect(task.phase == .pending)
        #expect(task.commands == [.prepareImage(container: "web")])
        task.imagePrepared(of: "web", digest: "sha256:1", at: self.at(2))
        #expect(task.phase == .activating)
        #expect(task.commands == [.startContainer("web")])
        task.containerStarted("web", at: self.at(3))
        #expect(task.phase == .activating)
        #expect(task.commands == [.watchContainer("web"), .registerTargets])
        task.targetsRegistered(at: self.at(4))
        #expect(task.phase == .running)
        #expect(task.commands == [.watchContainer("web")])
        #expect(task.containers[0].imageDigest == "sha256:1")
        #expect(task.times.pullStartedAt == self.at(1))
        #expect(task.times.pullStoppedAt == self.at(2))
        #expect(task.times.startedAt == self.at(4))
    }

    @Test func drainsTargetsBeforeAnySignal() {
        var task = self.running(targets: ["web"])
        task.stopRequested(TaskStop(.userInitiated, reason: "Task stopped by user"), at: self.at(10))
        #expect(task.phase == .deactivating)
        #expect(task.desiredStatus == "STOPPED")
        #expect(task.commands == [.watchContainer("web"), .deregisterTargets(drain: true)])
        task.targetsDeregistered(at: self.at(20))
        #expect(task.phase == .stopping)
        #expect(task.commands == [.watchContainer("web"), .stopContainer("web", timeout: .seconds(30))])
        task.containerExited("web", code: 143, outOfMemory: false, at: self.at(21))
        #expect(task.phase == .deprovisioning)
        #expect(task.commands == [.removeSandbox])
        task.sandboxRemoved(at: self.at(22))
        #expect(task.phase == .stopped)
        #expect(task.commands.isEmpty)
        #expect(task.times.stoppingAt == self.at(10))
        #expect(task.times.executionStoppedAt == self.at(21))
        #expect(task.times.stoppedAt == self.at(22))
        #expect(task.stop?.code == .userInitiated)
    }

    @Test func aDeadContainerIsDeregisteredWithoutDraining() {
        var task = self.running(targets: ["web"])
        task.containerExited("web", code: 1, outOfMemory: false, at: self.at(9))
        #expect(task.commands == [.deregisterTargets(drain: false)])
        #expect(task.stop == TaskStop(.essentialContainerExited, reason: "Essential container in task exited"))
        task.targetsDeregistered(at: self.at(9))
        #expect(task.phase == .deprovisioning)
    }

    @Test func drainingEndsWithTheContainerThatServed() {
        var task = self.running(targets: ["web"])
        task.stopRequested(TaskStop(.userInitiated, reason: ""), at: self.at(5))
        task.containerExited("web", code: 0, outOfMemory: false, at: self.at(6))
        #expect(task.commands == [.deregisterTargets(drain: false)])
        #expect(task.stop?.code == .userInitiated)
    }

    @Test func aRegistrationUnderWayEndsBeforeItIsUndone() {
        var task = self.machine([ContainerPlan(name: "web")], targets: ["web"])
        task.sandboxCreated(at: self.at(1))
        task.imagePrepared(of: "web", digest: nil, at: self.at(1))
        task.containerStarted("web", at: self.at(1))
        task.stopRequested(TaskStop(.userInitiated, reason: ""), at: self.at(2))
        #expect(task.commands == [.watchContainer("web"), .registerTargets])
        task.targetsRegistered(at: self.at(3))
        #expect(task.phase == .deactivating)
        #expect(task.commands == [.watchContainer("web"), .deregisterTargets(drain: true)])
    }

    @Test func aFailedRegistrationFailsTheTask() {
        var task = self.machine([ContainerPlan(name: "web")], targets: ["web"])
        task.sandboxCreated(at: self.at(1))
        task.imagePrepared(of: "web", digest: nil, at: self.at(1))
        task.containerStarted("web", at: self.at(1))
        task.targetRegistrationFailed("no such target group", at: self.at(2))
        #expect(task.stop == TaskStop(.taskFailedToStart, reason: "no such target group"))
        #expect(task.commands == [.watchContainer("web"), .deregisterTargets(drain: true)])
        #expect(!task.hasReachedRunning)
    }

    @Test func aRestartPolicyStartsTheContainerAgainWithinTheTask() {
        let policy = RestartPlan(ignoredExitCodes: [0], attemptPeriod: .seconds(60))
        let check = HealthCheckPlan(retries: 1)
        var task = self.machine([ContainerPlan(name: "web", healthCheck: check, restartPolicy: policy)])
        task.sandboxCreated(at: self.at(1))
        task.imagePrepared(of: "web", digest: nil, at: self.at(1))
        task.containerStarted("web", at: self.at(1))
        task.healthProbeFinished(of: "web", passed: true, at: self.at(31))
        task.containerExited("web", code: 1, outOfMemory: false, at: self.at(61))
        #expect(task.phase == .running)
        #expect(task.commands == [.startContainer("web", run: 1)])
        // The end is told only once.
        task.containerExited("web", code: 1, outOfMemory: false, at: self.at(61))
        #expect(task.containers[0].restarts == 1)
        task.containerStarted("web", at: self.at(62))
        #expect(task.health == .unknown)
        #expect(task.commands.contains(.watchContainer("web", run: 1)))
        // Too soon.
        task.containerExited("web", code: 1, outOfMemory: false, at: self.at(121))
        #expect(task.stop?.code == .essentialContainerExited)
        #expect(task.containers[0].stage == .stopped(.init(exitCode: 1, reason: nil, hasRun: true)))
    }

    @Test(arguments: [0, nil])
    func ignoredAndUnseenEndsAreFinal(code: Int?) {
        let policy = RestartPlan(ignoredExitCodes: [0], attemptPeriod: .seconds(60))
        var task = self.machine([ContainerPlan(name: "web", restartPolicy: policy)])
        task.sandboxCreated(at: self.at(1))
        task.imagePrepared(of: "web", digest: nil, at: self.at(1))
        task.containerStarted("web", at: self.at(1))
        task.containerExited("web", code: code, outOfMemory: false, at: self.at(300))
        #expect(task.stop?.code == .essentialContainerExited)
    }

    @Test func aStoppingTaskRestartsNothing() {
        let policy = RestartPlan(attemptPeriod: .seconds(60))
        var task = self.machine([ContainerPlan(name: "web", restartPolicy: policy)])
        task.sandboxCreated(at: self.at(1))
        task.imagePrepared(of: "web", digest: nil, at: self.at(1))
        task.containerStarted("web", at: self.at(1))
        task.stopRequested(TaskStop(.userInitiated, reason: ""), at: self.at(200))
        task.containerExited("web", code: 143, outOfMemory: false, at: self.at(201))
        #expect(task.phase == .deprovisioning)
    }

    @Test func aRegistrationThatIsGivenUpLeavesNothingToUndo() {
        var task = self.machine([ContainerPlan(name: "web")], targets: ["web"])
        task.sandboxCreated(at: self.at(1))
        task.targetRegistrationGivenUp(at: self.at(1))
        task.imagePrepared(of: "web", digest: nil, at: self.at(1))
        task.containerStarted("web", at: self.at(1))
        #expect(task.commands == [.watchContainer("web"), .registerTargets])
        task.stopRequested(TaskStop(.userInitiated, reason: ""), at: self.at(2))
        task.targetRegistrationGivenUp(at: self.at(3))
        #expect(task.phase == .stopping)
        #expect(!task.isRegistered)
        #expect(task.commands == [.watchContainer("web"), .stopContainer("web", timeout: .seconds(30))])
    }

    @Test func aFailedPullStopsTheTaskWithItsReason() {
        var task = self.machine([ContainerPlan(name: "web")])
        task.sandboxCreated(at: self.at(1))
        task.imageFailed(of: "web", "CannotPullContainerError: no such image", at: self.at(2))
        #expect(task.phase == .deprovisioning)
        task.sandboxRemoved(at: self.at(3))
        #expect(task.stop == TaskStop(.taskFailedToStart, reason: "CannotPullContainerError: no such image"))
        #expect(
            task.containers[0].stage
                == .stopped(.init(exitCode: nil, reason: "CannotPullContainerError: no such image", hasRun: false)))
    }

    @Test func aFailedSandboxLeavesNothingToRemove() {
        var task = self.machine([ContainerPlan(name: "web")])
        task.sandboxFailed("ResourceInitializationError: no network", at: self.at(1))
        #expect(task.phase == .stopped)
        #expect(task.commands.isEmpty)
        #expect(task.containers[0].isStopped)
    }

    @Test func aStopWhileTheSandboxIsMadeRemovesIt() {
        var task = self.machine([ContainerPlan(name: "web")])
        task.stopRequested(TaskStop(.userInitiated, reason: ""), at: self.at(1))
        #expect(task.commands == [.createSandbox])
        task.sandboxCreated(at: self.at(2))
        #expect(task.commands == [.removeSandbox])
    }

    @Test func aContainerThatStartsWhileTheTaskStopsIsStopped() {
        var task = self.machine([ContainerPlan(name: "web")])
        task.sandboxCreated(at: self.at(1))
        task.imagePrepared(of: "web", digest: nil, at: self.at(1))
        task.stopRequested(TaskStop(.userInitiated, reason: ""), at: self.at(2))
        #expect(task.phase == .stopping)
        #expect(task.commands == [.startContainer("web")])
        task.containerStarted("web", at: self.at(3))
        #expect(task.commands == [.watchContainer("web"), .stopContainer("web", timeout: .seconds(30))])
    }

    @Test func stopsDependantsFirst() {
        var task = self.running([
            ContainerPlan(name: "database"),
            ContainerPlan(name: "web", dependencies: [.init(on: "database", .start)], stopTimeout: .seconds(5)),
        ])
        #expect(task.phase == .running)
        task.stopRequested(TaskStop(.userInitiated, reason: ""), at: self.at(5))
        #expect(task.commands.contains(.stopContainer("web", timeout: .seconds(5))))
        #expect(!task.commands.contains(.stopContainer("database", timeout: .seconds(30))))
        task.containerExited("web", code: 0, outOfMemory: false, at: self.at(6))
        #expect(task.commands.contains(.stopContainer("database", timeout: .seconds(30))))
    }

    @Test(arguments: [
        (ContainerDependency.Condition.complete, 0, true), (.complete, 7, true), (.success, 0, true),
        (.success, 7, false),
    ])
    func dependsOnTheEndOfAnother(_ condition: ContainerDependency.Condition, _ code: Int, _ isMet: Bool) {
        var task = self.running([
            ContainerPlan(name: "migrate", isEssential: false),
            ContainerPlan(name: "web", dependencies: [.init(on: "migrate", condition)]),
        ])
        #expect(!task.commands.contains(.startContainer("web")))
        task.containerExited("migrate", code: code, outOfMemory: false, at: self.at(4))
        #expect(task.commands.contains(.startContainer("web")) == isMet)
        #expect(task.stop?.code == (isMet ? nil : .taskFailedToStart))
    }

    @Test func dependsOnTheHealthOfAnother() {
        let check = HealthCheckPlan(interval: .seconds(5), retries: 2)
        var task = self.running([
            ContainerPlan(name: "cache", healthCheck: check),
            ContainerPlan(name: "web", dependencies: [.init(on: "cache", .healthy)]),
        ])
        #expect(task.commands.contains(.probeHealth(container: "cache", at: self.at(8))))
        task.healthProbeFinished(of: "cache", passed: false, at: self.at(8))
        #expect(!task.commands.contains(.startContainer("web")))
        task.healthProbeFinished(of: "cache", passed: true, at: self.at(13))
        #expect(task.commands.contains(.startContainer("web")))
        #expect(task.health == .healthy)
    }

    @Test func aDependencyThatGetsUnhealthyFailsTheStart() {
        let check = HealthCheckPlan(interval: .seconds(5), retries: 1)
        var task = self.running([
            ContainerPlan(name: "cache", healthCheck: check),
            ContainerPlan(name: "web", dependencies: [.init(on: "cache", .healthy)]),
        ])
        task.healthProbeFinished(of: "cache", passed: false, at: self.at(8))
        #expect(task.stop == TaskStop(.taskFailedToStart, reason: "Task failed to start"))
        #expect(task.phase == .stopping)
    }

    @Test func aStartTimeoutGivesUpOnADependency() {
        var task = self.running([
            ContainerPlan(name: "migrate", isEssential: false, startTimeout: .seconds(60)),
            ContainerPlan(name: "web", dependencies: [.init(on: "migrate", .success)]),
        ])
        #expect(task.commands.contains(.awaitStartTimeout(container: "migrate", at: self.at(63))))
        task.startTimeoutPassed(of: "migrate", at: self.at(62))
        #expect(task.stop == nil, "too early: the fact is of an older deadline")
        task.startTimeoutPassed(of: "migrate", at: self.at(63))
        #expect(task.stop?.code == .taskFailedToStart)
    }

    @Test func aSidecarMayEndWithoutTheTask() {
        var task = self.running([ContainerPlan(name: "web"), ContainerPlan(name: "sidecar", isEssential: false)])
        task.containerExited("sidecar", code: 1, outOfMemory: false, at: self.at(5))
        #expect(task.phase == .running)
        task.containerExited("web", code: nil, outOfMemory: true, at: self.at(6))
        #expect(task.phase == .deprovisioning)
        #expect(
            task.containers[0].stage
                == .stopped(
                    .init(exitCode: nil, reason: "OutOfMemoryError: Container killed due to memory usage", hasRun: true)
                ))
    }

    @Test func aSidecarThatCannotStartDoesNotStopTheTask() {
        var task = self.machine([ContainerPlan(name: "web"), ContainerPlan(name: "sidecar", isEssential: false)])
        task.sandboxCreated(at: self.at(1))
        task.imagePrepared(of: "web", digest: nil, at: self.at(1))
        task.imageFailed(of: "sidecar", "CannotPullContainerError: gone", at: self.at(2))
        #expect(task.phase == .activating)
        task.containerStarted("web", at: self.at(3))
        #expect(task.phase == .running)
    }

    @Test func theFirstReasonToStopStays() {
        var task = self.running()
        task.stopRequested(TaskStop(.serviceSchedulerInitiated, reason: "scaling"), at: self.at(5))
        task.containerExited("web", code: 143, outOfMemory: false, at: self.at(6))
        task.stopRequested(TaskStop(.userInitiated, reason: "again"), at: self.at(7))
        #expect(task.stop == TaskStop(.serviceSchedulerInitiated, reason: "scaling"))
    }

    @Test func theVersionCountsOnlyWhatShows() {
        var task = self.running([
            ContainerPlan(name: "web", healthCheck: HealthCheckPlan(interval: .seconds(5), retries: 3))
        ])
        let version = task.version
        task.healthProbeFinished(of: "web", passed: false, at: self.at(8))
        #expect(task.version == version, "one failure of three is no verdict")
        task.healthProbeFinished(of: "web", passed: true, at: self.at(13))
        #expect(task.version == version + 1)
        task.sandboxCreated(at: self.at(14))
        #expect(task.version == version + 1, "a late fact changes nothing")
    }

    @Test func healthIsTheWorstOfEssentialContainersWithChecks() {
        let check = HealthCheckPlan(interval: .seconds(5), retries: 1)
        var task = self.running([
            ContainerPlan(name: "a", healthCheck: check), ContainerPlan(name: "b", healthCheck: check),
            ContainerPlan(name: "c", isEssential: false, healthCheck: check), ContainerPlan(name: "d"),
        ])
        #expect(task.health == .unknown)
        task.healthProbeFinished(of: "a", passed: true, at: self.at(8))
        #expect(task.health == .unknown)
        task.healthProbeFinished(of: "b", passed: true, at: self.at(8))
        task.healthProbeFinished(of: "c", passed: false, at: self.at(8))
        #expect(task.health == .healthy)
        task.healthProbeFinished(of: "b", passed: false, at: self.at(13))
        #expect(task.health == .unhealthy)
        #expect(task.phase == .running, "the scheduler decides what ill health means")
    }
}
