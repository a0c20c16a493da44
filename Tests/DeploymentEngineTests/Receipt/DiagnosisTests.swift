import Model
import Testing

@testable import DeploymentEngine

@Suite struct DiagnosisTests {
    typealias Facts = DeploymentFacts

    static let arn = "arn:aws:ecs:us-east-1:123456789012:service-deployment/main/web/abc"
    static let now = Timestamp(milliseconds: 1_000_000)

    static func service(running: Int = 1, desired: Int = 2, pending: Int = 0, events: [String] = []) -> Facts.Service {
        .init(
            name: "web", cluster: "main", status: "ACTIVE", desiredCount: desired, runningCount: running,
            pendingCount: pending, events: events)
    }

    static func native(
        _ status: String = "IN_PROGRESS", _ course: Facts.Course = .forward, stage: String = "SCALE_UP",
        reason: String? = nil
    ) -> Facts.Deployment {
        .init(
            id: "abc", engine: .ecs(arn: Self.arn), status: status, course: course, statusReason: reason, stage: stage)
    }

    static func diagnosis(
        _ deployment: Facts.Deployment?, service: Facts.Service = Self.service(),
        _ change: (inout Facts) -> Void = { _ in }
    ) -> Diagnosis {
        var facts = Facts(service: service, deployment: deployment)
        change(&facts)
        return Diagnosis(facts, at: Self.now)
    }

    static func task(
        _ code: String, _ reason: String?, exitCode: Int? = nil, image: String? = nil, line: String? = nil,
        group: String? = nil, containerReason: String? = nil
    ) -> Facts.StoppedTask {
        .init(
            id: "t1", stopCode: code, reason: reason,
            containers: [
                .init(
                    name: "app", image: image, exitCode: exitCode, reason: containerReason, logGroup: group,
                    lastLine: line)
            ])
    }

    @Test func aPauseComesBeforeEverything() {
        var deployment = Self.native(stage: "POST_SCALE_UP")
        deployment.hooks = [.init(.pause(id: "ecs-pause-1"), .waiting, expiresAt: Self.now + .minutes(5))]
        let found = Self.diagnosis(deployment) { $0.stoppedTasks = [Self.task("TaskFailedToStart", "no free port")] }
        #expect(found.kind == .pause)
        #expect(
            found.command
                == "aws ecs continue-service-deployment --service-deployment-arn \(Self.arn) --hook-id ecs-pause-1 --action CONTINUE"
        )
        #expect(found.details.contains("5 min left, until 1970-01-01T00:21:40.000Z"))
    }

    @Test func aRunningHookNamesItsLogGroup() {
        var deployment = Self.native(stage: "PRE_SCALE_UP")
        deployment.hooks = [
            .init(.function("arn:aws:lambda:us-east-1:123456789012:function:check:live"), .waiting)
        ]
        let found = Self.diagnosis(deployment)
        #expect(found.kind == .hook)
        #expect(
            found.command
                == "aws logs filter-log-events --log-group-name /aws/lambda/check --query 'events[].message' --output text"
        )
    }

    @Test(arguments: [
        (
            Self.task(
                "TaskFailedToStart", "CannotPullContainerError: not found", image: "web:9",
                containerReason: "CannotPullContainerError: not found"), Diagnosis.Kind.image, "docker pull web:9"
        ),
        (
            Self.task(
                "TaskFailedToStart", "ResourceInitializationError: no free port is left for the process runtime"),
            .port, "ss -ltnp"
        ),
        (
            Self.task("TaskFailedToStart", "ResourceInitializationError: host port 80 is already in use"), .port,
            "ss -ltnp"
        ),
        (
            Self.task("TaskFailedToStart", "CannotStartContainerError: no such program"), .startFailed,
            "aws ecs describe-tasks --cluster main --tasks t1"
        ),
        (
            Self.task("EssentialContainerExited", "Essential container in task exited", exitCode: 3, group: "/web"),
            .containerExited,
            "aws logs filter-log-events --log-group-name /web --query 'events[].message' --output text"
        ),
    ])
    func tasksThatFailAreTheReason(task: Facts.StoppedTask, kind: Diagnosis.Kind, command: String) {
        let found = Self.diagnosis(Self.native()) { $0.stoppedTasks = [task] }
        #expect(found.kind == kind)
        #expect(found.command == command)
    }

    @Test func theLastLineAndTheBreakerStandInTheDetails() {
        var deployment = Self.native()
        deployment.breaker = (2, 3)
        let found = Self.diagnosis(deployment) {
            $0.stoppedTasks = [Self.task("EssentialContainerExited", nil, exitCode: 1, line: "no database")]
        }
        #expect(found.reason == "the container app ended with exit code 1")
        #expect(
            found.details == [
                "its last line: no database", "2 of 3 failures that let the circuit breaker end the deployment",
            ])
    }

    @Test func tasksThatTheSchedulerStoppedAreNoReason() {
        let found = Self.diagnosis(Self.native()) {
            $0.stoppedTasks = [Self.task("ServiceSchedulerInitiated", "Scaling activity initiated by x")]
        }
        #expect(found.kind == .tasks)
    }

    @Test func anUnhealthyTargetTellsPathAndStatus() {
        let found = Self.diagnosis(Self.native()) {
            $0.sickTargets = [
                .init(
                    name: "10.0.0.1:80", group: "arn:g", path: "/health", state: "unhealthy",
                    reason: "Target.ResponseCodeMismatch", description: "Health checks failed with these codes: [503]")
            ]
        }
        #expect(found.kind == .unhealthy)
        #expect(
            found.reason
                == "the health check of /health of target 10.0.0.1:80 fails: Target.ResponseCodeMismatch, Health checks failed with these codes: [503]"
        )
        #expect(found.command == "aws elbv2 describe-target-health --target-group-arn arn:g")
    }

    @Test func aListenerThatCannotBindComesBeforeItsTargets() {
        let found = Self.diagnosis(Self.native()) {
            $0.impairments = [.init(loadBalancer: "arn:lb", reason: "port 80: permission denied")]
            $0.sickTargets = [
                .init(name: "a:1", group: "g", path: "/", state: "unhealthy", reason: nil, description: nil)
            ]
        }
        #expect(found.kind == .listener)
    }

    @Test func placementEventsExplainMissingTasks() {
        let event = "(service web) was unable to place a task. Reason: no."
        #expect(Self.diagnosis(Self.native(), service: Self.service(events: [event])).reason == event)
    }

    @Test func bakeTimeSaysHowLong() {
        var deployment = Self.native(stage: "BAKE_TIME")
        deployment.step = "BAKE_TIME"
        deployment.wait = .init(
            reason: "BAKE_TIME lasts until its bake time is over", deadline: Self.now + .seconds(90),
            exit: "it goes on then")
        let found = Self.diagnosis(deployment, service: Self.service(running: 2))
        #expect(found.kind == .bakeTime)
        #expect(found.details.contains { $0.hasPrefix("90 s left") })
        #expect(found.command?.contains("--stop-type ROLLBACK") == true)
    }

    @Test(arguments: [
        ("Ready", Diagnosis.Kind.ready, "READY_WAIT"), ("TerminationWait", .termination, "TERMINATION_WAIT"),
    ])
    func codeDeployWaitsForSomebody(step: String, kind: Diagnosis.Kind, type: String) {
        var deployment = Facts.Deployment(
            id: "d-ABC", engine: .codeDeploy, status: "InProgress", course: .forward, statusReason: nil, stage: nil)
        deployment.step = step
        let found = Self.diagnosis(deployment, service: Self.service(running: 2))
        #expect(found.kind == kind)
        #expect(
            found.command == "aws deploy continue-deployment --deployment-id d-ABC --deployment-wait-type \(type)")
    }

    @Test func aDeploymentOnItsWayBackSaysWhy() {
        let found = Self.diagnosis(
            Self.native("ROLLBACK_IN_PROGRESS", .back, reason: "because the circuit breaker"),
            service: Self.service(running: 1))
        #expect(found.kind == .rollback)
        #expect(found.details.first == "it is on its way back: because the circuit breaker")
    }

    @Test func anEndedOneNamesTheHookThatDeniedIt() {
        var deployment = Self.native("ROLLBACK_SUCCESSFUL", .ended, reason: "PRE_SCALE_UP lifecycle hook(s) failed.")
        deployment.hooks = [.init(.function("admission"), .failed)]
        let found = Self.diagnosis(deployment)
        #expect(found.kind == .hookFailed)
        #expect(
            found.command
                == "aws logs filter-log-events --log-group-name /aws/lambda/admission --query 'events[].message' --output text"
        )
    }

    @Test func anEndedOneTellsTheAlarmsValue() {
        var deployment = Self.native("ROLLBACK_SUCCESSFUL", .ended, reason: "alarms were triggered: 5xx.")
        deployment.alarms = [.init(name: "5xx", stateReason: "Threshold Crossed: 7.0 was greater than 0.0")]
        let found = Self.diagnosis(deployment)
        #expect(found.kind == .alarm)
        #expect(found.details == ["5xx: Threshold Crossed: 7.0 was greater than 0.0"])
    }

    @Test func aSteadyServiceHasNothingToWaitFor() {
        let found = Self.diagnosis(Self.native("SUCCESSFUL", .succeeded), service: Self.service(running: 2))
        #expect(found.kind == .steady)
        #expect(found.command == nil)
        #expect(Self.diagnosis(nil, service: Self.service(running: 2)).kind == .steady)
    }

    @Test func withoutTheServersPageTheStageIsTheReason() {
        let found = Self.diagnosis(Self.native(stage: "CLEAN_UP"), service: Self.service(running: 2))
        #expect(found.reason == "abc is at CLEAN_UP")
    }
}
