package import Model

/// The one reason why a service or a deployment is not finished, and the command that would help.
package struct Diagnosis: Equatable, Sendable {
    package enum Kind: String, Sendable {
        case steady
        case ended
        case pause
        case hook
        case hookFailed
        case alarm
        case image
        case port
        case startFailed
        case containerExited
        case unhealthy
        case placement
        case listener
        case bakeTime
        case ready
        case termination
        case rollback
        case tasks
        case waiting
    }

    package var kind: Kind
    /// A sentence.
    package var reason: String
    package var details: [String] = []
    /// For a shell; `nil` where nothing needs to be done.
    package var command: String?
    /// When the wait ends by itself.
    package var deadline: Timestamp?

    package init(_ kind: Kind, _ reason: String, command: String? = nil, deadline: Timestamp? = nil) {
        self.kind = kind
        self.reason = reason
        self.command = command
        self.deadline = deadline
    }

    package init(_ facts: DeploymentFacts, at now: Timestamp) {
        self = Diagnostician(facts: facts, now: now).diagnosis
    }
}

/// Looks for the first thing that explains the wait: what somebody must decide comes before what is broken, that before what only
/// takes time.
struct Diagnostician {
    let facts: DeploymentFacts
    let now: Timestamp

    private var service: DeploymentFacts.Service { self.facts.service }

    var diagnosis: Diagnosis {
        guard let deployment = self.facts.deployment else { return self.serviceAlone }
        switch deployment.course {
        case .succeeded: return self.isSteady ? self.steady(after: deployment) : self.serviceAlone
        case .ended: return self.ended(deployment)
        case .forward, .back: break
        }
        var found = self.active(deployment)
        if deployment.course == .back, let reason = deployment.statusReason {
            found.details.insert("it is on its way back: \(reason)", at: 0)
            if found.kind == .waiting || found.kind == .tasks { found.kind = .rollback }
        }
        if let breaker = deployment.breaker, breaker.failures > 0 {
            found.details.append(
                "\(breaker.failures) of \(breaker.threshold) failures that let the circuit breaker end the deployment")
        }
        if let deadline = found.deadline {
            found.details.append("\(Self.left(until: deadline, at: self.now)) left, until \(deadline.iso8601)")
        }
        return found
    }

    private func active(_ deployment: DeploymentFacts.Deployment) -> Diagnosis {
        if let hook = deployment.hooks.first(where: { $0.status == .waiting }) { return self.waits(hook, deployment) }
        if let wait = self.userDecision(deployment) { return wait }
        if self.isShortOfTasks(deployment) {
            if let task = self.taskFailure { return task }
            if let impairment = self.facts.impairments.first { return self.impaired(impairment) }
            if let target = self.unhealthyTarget { return target }
            if let event = self.placementEvent { return event }
        }
        if let wait = deployment.wait { return self.waits(wait, deployment) }
        return self.isSteady
            ? Diagnosis(.waiting, "\(deployment.id) is at \(deployment.stage ?? deployment.status)")
            : self.startingUp
    }

    // MARK: Ends

    private var isSteady: Bool {
        self.service.runningCount == self.service.desiredCount && self.service.pendingCount == 0
    }

    private func steady(after deployment: DeploymentFacts.Deployment) -> Diagnosis {
        Diagnosis(
            .steady,
            "there is nothing to wait for: \(self.service.runningCount) of \(self.service.desiredCount) tasks run, and "
                + "\(deployment.id) is \(deployment.status)")
    }

    private func ended(_ deployment: DeploymentFacts.Deployment) -> Diagnosis {
        let because = deployment.statusReason.map { ": \($0)" } ?? ""
        var found = Diagnosis(
            .ended, "\(deployment.id) has ended as \(deployment.status)\(because)",
            command: "teal receipt \(deployment.id)")
        if let hook = deployment.hooks.first(where: { $0.status == .failed }), case .function(let name) = hook.kind {
            found.kind = .hookFailed
            found.details.append("the function \(name) said FAILED, or did not answer in time")
            found.command = Self.log(of: name)
        } else if let alarm = deployment.alarms.first {
            found.kind = .alarm
            found.details += deployment.alarms.compactMap { alarm in
                alarm.stateReason.map { "\(alarm.name): \($0)" }
            }
            found.command = "aws cloudwatch describe-alarm-history --alarm-name \(alarm.name)"
        } else if let task = self.taskFailure {
            found.kind = task.kind
            found.details += [task.reason] + task.details
            found.command = task.command ?? found.command
        } else if let target = self.unhealthyTarget {
            found.details.append(target.reason)
        }
        return found
    }

    private var serviceAlone: Diagnosis {
        guard self.service.status == "ACTIVE" else {
            return Diagnosis(.ended, "the service \(self.service.name) is \(self.service.status)")
        }
        if self.isSteady {
            return Diagnosis(
                .steady,
                "there is nothing to wait for: \(self.service.runningCount) of \(self.service.desiredCount) tasks run")
        }
        return self.taskFailure ?? self.unhealthyTarget ?? self.placementEvent ?? self.startingUp
    }

    private var startingUp: Diagnosis {
        Diagnosis(
            .tasks,
            "\(self.service.runningCount) of \(self.service.desiredCount) tasks run, \(self.service.pendingCount) are starting",
            command: "aws ecs describe-services --cluster \(self.service.cluster) --services \(self.service.name)")
    }

    // MARK: Somebody must decide

    private func waits(_ hook: DeploymentFacts.Hook, _ deployment: DeploymentFacts.Deployment) -> Diagnosis {
        let stage = deployment.stage.map { " at \($0)" } ?? ""
        switch hook.kind {
        case .pause(let id):
            let arn = if case .ecs(let arn) = deployment.engine { arn } else { deployment.id }
            var found = Diagnosis(
                .pause, "a pause\(stage) waits for somebody to continue the deployment or to roll it back",
                command: "aws ecs continue-service-deployment --service-deployment-arn \(arn) --hook-id \(id) "
                    + "--action CONTINUE", deadline: hook.expiresAt)
            found.details.append("--action ROLLBACK rolls it back")
            return found
        case .function(let name):
            return Diagnosis(
                .hook, "the function \(name) has not finished\(stage)", command: Self.log(of: name),
                deadline: hook.expiresAt)
        }
    }

    private func userDecision(_ deployment: DeploymentFacts.Deployment) -> Diagnosis? {
        guard case .codeDeploy = deployment.engine else { return nil }
        func proceed(_ type: String) -> String {
            "aws deploy continue-deployment --deployment-id \(deployment.id) --deployment-wait-type \(type)"
        }
        switch deployment.step {
        case "Ready":
            return Diagnosis(
                .ready, "the replacement task set is ready and waits for somebody to send it production traffic",
                command: proceed("READY_WAIT"), deadline: deployment.wait?.deadline)
        case "TerminationWait":
            return Diagnosis(
                .termination, "the original task set is kept until the termination wait is over",
                command: proceed("TERMINATION_WAIT"), deadline: deployment.wait?.deadline)
        default: return nil
        }
    }

    // MARK: Something is broken

    /// Whether tasks explain the wait. What bakes or rests has all it needs.
    private func isShortOfTasks(_ deployment: DeploymentFacts.Deployment) -> Bool {
        let stages: Set<String> = ["SCALE_UP", "ROLLBACK SCALE_UP", "ROLLBACK PRODUCTION_TRAFFIC_SHIFT", "Install"]
        let step = deployment.step ?? deployment.stage ?? ""
        return stages.contains(step) || !self.isSteady
            || deployment.wait?.reason.contains("has no healthy target") == true
    }

    private var taskFailure: Diagnosis? {
        for task in self.facts.stoppedTasks {
            if let found = self.failure(of: task) { return found }
        }
        return nil
    }

    private func failure(of task: DeploymentFacts.StoppedTask) -> Diagnosis? {
        let reason = task.reason ?? task.containers.compactMap(\.reason).first ?? "it could not be started"
        switch task.stopCode {
        case "TaskFailedToStart":
            let whole = ([reason] + task.containers.compactMap(\.reason)).joined(separator: " ")
            if whole.contains("CannotPullContainerError") {
                let image = task.containers.first { $0.reason?.contains("CannotPullContainerError") == true }?.image
                return Diagnosis(
                    .image, "the image \(image ?? "") cannot be pulled: \(reason)",
                    command: image.map { "docker pull \($0)" } ?? self.describe(task))
            }
            if whole.contains("no free port") || whole.contains("already in use") {
                return Diagnosis(.port, "the task \(task.id) has no port: \(reason)", command: "ss -ltnp")
            }
            return Diagnosis(
                .startFailed, "the task \(task.id) cannot start: \(reason)", command: self.describe(task))
        case "EssentialContainerExited":
            guard let container = task.containers.first(where: { $0.exitCode != nil }) else { return nil }
            var found = Diagnosis(
                .containerExited,
                "the container \(container.name) ended with exit code \(container.exitCode ?? 0)",
                command: container.logGroup.map { Self.messages(of: $0) } ?? self.describe(task))
            if let line = container.lastLine { found.details.append("its last line: \(line)") }
            if let more = container.reason { found.details.append(more) }
            return found
        default: return nil
        }
    }

    private func describe(_ task: DeploymentFacts.StoppedTask) -> String {
        "aws ecs describe-tasks --cluster \(self.service.cluster) --tasks \(task.id)"
    }

    private var unhealthyTarget: Diagnosis? {
        guard let target = self.facts.sickTargets.first(where: { $0.state == "unhealthy" || $0.state == "unavailable" })
        else { return nil }
        let path = target.path.map { "\($0) of " } ?? ""
        let told = [target.reason, target.description].compactMap { $0 }.joined(separator: ", ")
        return Diagnosis(
            .unhealthy, "the health check of \(path)target \(target.name) fails: \(told)",
            command: "aws elbv2 describe-target-health --target-group-arn \(target.group)")
    }

    private func impaired(_ impairment: DeploymentFacts.Impairment) -> Diagnosis {
        Diagnosis(
            .listener, "the load balancer cannot listen: \(impairment.reason)",
            command: "aws elbv2 describe-load-balancers --load-balancer-arns \(impairment.loadBalancer)")
    }

    private var placementEvent: Diagnosis? {
        guard
            let event = self.service.events.first(where: {
                $0.contains("was unable to place a task")
                    || $0.contains("was unable to stop or start tasks during a deployment")
            })
        else { return nil }
        return Diagnosis(
            .placement, event,
            command: "aws ecs describe-services --cluster \(self.service.cluster) --services \(self.service.name)")
    }

    // MARK: It takes time

    private func waits(_ wait: DeploymentWait, _ deployment: DeploymentFacts.Deployment) -> Diagnosis {
        let isBaking = deployment.step == "BAKE_TIME" || wait.reason.contains("bake time")
        var found = Diagnosis(isBaking ? .bakeTime : .waiting, wait.reason, deadline: wait.deadline)
        found.details.append(wait.exit)
        switch (deployment.engine, deployment.course) {
        case (.ecs(let arn), .forward):
            found.command = "aws ecs stop-service-deployment --service-deployment-arn \(arn) --stop-type ROLLBACK"
        case (.codeDeploy, .forward):
            found.command = "aws deploy stop-deployment --deployment-id \(deployment.id) --auto-rollback-enabled"
        case (_, .back), (_, .succeeded), (_, .ended): break
        }
        return found
    }

    private static func log(of function: String) -> String {
        let name = function.split(separator: ":")
        // `arn:aws:lambda:REGION:ACCOUNT:function:NAME[:VERSION]`
        let bare = name.count >= 7 ? String(name[6]) : function
        return Self.messages(of: "/aws/lambda/\(bare)")
    }

    /// In words that both versions of the CLI know.
    private static func messages(of group: String) -> String {
        "aws logs filter-log-events --log-group-name \(group) --query 'events[].message' --output text"
    }

    private static func left(until deadline: Timestamp, at now: Timestamp) -> String {
        let seconds = max(0, Int((deadline - now).inSeconds.rounded()))
        return switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7200: "\(seconds / 60) min"
        default: "\(seconds / 3600) h"
        }
    }
}

extension Diagnosis {
    package func document(of deployment: String?) -> JSONValue {
        .object([
            .init("kind", .string(self.kind.rawValue)), .init("reason", .string(self.reason)),
            .init("details", .array(self.details.map { .string($0) })),
            .init("command", self.command.map { .string($0) } ?? .null),
            .init("deadline", self.deadline.map { .string($0.iso8601) } ?? .null),
            .init("deployment", deployment.map { .string($0) } ?? .null),
        ])
    }

    /// For people.
    package var lines: [String] {
        [self.reason + "."] + self.details.map { "  " + $0 } + (self.command.map { ["Try: \($0)"] } ?? [])
    }
}
