internal import CloudWatchAPI
internal import CodeDeployAPI
internal import DeploymentEngine
internal import ECSAPI
internal import ELBv2API
internal import Model
internal import WireProtocol

/// Gathers through the AWS APIs what there is to know about a deployment; what they do not tell, from the server's own page.
struct DeploymentLook: Sendable {
    let aws: AWSClient
    /// Of the server's own pages.
    let address: String

    /// - Throws: `CommandFailure` naming what does not exist, or what an API answers.
    func facts(of reference: DeploymentReference) async throws -> DeploymentFacts {
        switch reference {
        case .service(let cluster, let name):
            let service = try await self.service(cluster, name)
            return try await self.facts(service, cluster, try await self.newest(service, cluster, name))
        case .serviceDeployment(let arn, let cluster, let name):
            let service = try await self.service(cluster, name)
            return try await self.facts(service, cluster, try await self.serviceDeployment(arn))
        case .codeDeploy(let id):
            let target = try await self.target(of: id)
            let segments = target?.targetArn.flatMap { ARN($0) }?.resourceSegments ?? []
            guard segments.count == 3 else { throw CommandFailure("the deployment \(id) names no service") }
            let service = try await self.service(segments[1], segments[2])
            return try await self.facts(service, segments[1], try await self.codeDeploy(id, target))
        }
    }

    private func facts(
        _ service: ECS.Service, _ cluster: String, _ deployment: DeploymentFacts.Deployment?
    ) async throws -> DeploymentFacts {
        let name = service.serviceName ?? ""
        var facts = DeploymentFacts(
            service: .init(
                name: name, cluster: cluster, status: service.status ?? "", desiredCount: service.desiredCount ?? 0,
                runningCount: service.runningCount ?? 0, pendingCount: service.pendingCount ?? 0,
                events: (service.events ?? []).compactMap(\.message)),
            deployment: deployment)
        guard deployment?.course != .succeeded || facts.service.runningCount != facts.service.desiredCount else {
            return facts
        }
        facts.stoppedTasks = try await StoppedTasks(aws: self.aws, cluster: cluster, service: name).look(
            since: service.deploymentStart(deployment?.id))
        let groups = Set(service.targetGroups)
        facts.sickTargets = try await self.sickTargets(in: groups)
        facts.impairments = try await self.impairments(of: groups)
        return facts
    }

    private func service(_ cluster: String, _ name: String) async throws -> ECS.Service {
        let output = try await self.aws.call(ECS.DescribeServices.self, .init(cluster: cluster, services: [name]))
        guard let service = output.services?.first else {
            throw CommandFailure("there is no service \(name) in the cluster \(cluster)")
        }
        return service
    }

    // MARK: Deployments

    private func newest(
        _ service: ECS.Service, _ cluster: String, _ name: String
    ) async throws -> DeploymentFacts.Deployment? {
        switch service.deploymentController?.type {
        case .codeDeploy:
            guard let id = service.taskSets?.compactMap(\.externalId).first(where: { $0.hasPrefix("d-") }) else {
                return nil
            }
            return try await self.codeDeploy(id, try await self.target(of: id))
        case .external: return nil
        case .ecs, .unknown, nil:
            let list = try await self.aws.call(
                ECS.ListServiceDeployments.self, .init(service: name, cluster: cluster))
            guard let arn = list.serviceDeployments?.first?.serviceDeploymentArn else { return nil }
            return try await self.serviceDeployment(arn)
        }
    }

    private func serviceDeployment(_ arn: String) async throws -> DeploymentFacts.Deployment {
        let output = try await self.aws.call(
            ECS.DescribeServiceDeployments.self, .init(serviceDeploymentArns: [arn]))
        guard let found = output.serviceDeployments?.first else {
            throw CommandFailure("there is no service deployment \(arn)")
        }
        let status = found.status?.rawValue ?? ""
        let course: DeploymentFacts.Course =
            switch status {
            case "PENDING", "IN_PROGRESS": .forward
            case "SUCCESSFUL": .succeeded
            case "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED": .ended
            default: .back
            }
        var deployment = DeploymentFacts.Deployment(
            id: ARN(arn)?.resourceSegments.last ?? arn, engine: .ecs(arn: arn), status: status, course: course,
            statusReason: found.statusReason, stage: found.lifecycleStage?.rawValue)
        deployment.hooks = (found.lifecycleHookDetails ?? []).map(DeploymentFacts.Hook.init)
        if let breaker = found.deploymentCircuitBreaker, let threshold = breaker.threshold, threshold > 0 {
            deployment.breaker = (breaker.failureCount ?? 0, threshold)
        }
        deployment.alarms = try await self.alarms(found.alarms?.triggeredAlarmNames ?? [])
        return await self.waiting(deployment, arn)
    }

    private func codeDeploy(
        _ id: String, _ target: CodeDeploy.ECSTarget?
    ) async throws -> DeploymentFacts.Deployment {
        let output = try await self.aws.call(CodeDeploy.GetDeployment.self, .init(deploymentId: id))
        guard let info = output.deploymentInfo, let status = info.status else {
            throw CommandFailure("there is no deployment \(id)")
        }
        let course: DeploymentFacts.Course =
            switch status {
            case .succeeded: .succeeded
            case .failed, .stopped: .ended
            case .created, .queued, .inProgress, .baking, .ready, .unknown: .forward
            }
        let events = target?.lifecycleEvents ?? []
        let current = events.first { $0.status == .inProgress || $0.status == .failed }
        var deployment = DeploymentFacts.Deployment(
            id: id, engine: .codeDeploy, status: status.rawValue, course: course,
            statusReason: info.errorInformation?.message, stage: current?.lifecycleEventName)
        if let diagnostics = current?.diagnostics, let function = diagnostics.scriptName, !function.isEmpty {
            deployment.hooks = [.init(.function(function), .failed)]
        }
        deployment.step = status == .ready ? "Ready" : nil
        if info.errorInformation?.code?.rawValue == "ALARM_ACTIVE" {
            deployment.alarms = try await self.alarms(Self.namesInBrackets(info.errorInformation?.message ?? ""))
        }
        return await self.waiting(deployment, id)
    }

    /// `… Activated alarms: <a> <b>`
    private static func namesInBrackets(_ message: String) -> [String] {
        message.split(separator: "<").dropFirst().compactMap { $0.split(separator: ">").first.map { String($0) } }
    }

    /// With CloudWatch's words on why each is in its state.
    private func alarms(_ names: [String]) async throws -> [DeploymentFacts.Alarm] {
        guard !names.isEmpty else { return [] }
        let output = try await self.aws.call(
            CloudWatch.DescribeAlarms.self,
            .init(alarmNames: Array(names.prefix(100)), alarmTypes: [.metricAlarm, .compositeAlarm]))
        var reasons: [String: String] = [:]
        for alarm in output.metricAlarms ?? [] { reasons[alarm.alarmName ?? ""] = alarm.stateReason }
        for alarm in output.compositeAlarms ?? [] { reasons[alarm.alarmName ?? ""] = alarm.stateReason }
        return names.map { .init(name: $0, stateReason: reasons[$0]) }
    }

    private func target(of id: String) async throws -> CodeDeploy.ECSTarget? {
        let ids = try await self.aws.call(CodeDeploy.ListDeploymentTargets.self, .init(deploymentId: id)).targetIds
        guard let target = ids?.first else { return nil }
        return try await self.aws.call(
            CodeDeploy.GetDeploymentTarget.self, .init(deploymentId: id, targetId: target)
        ).deploymentTarget?.ecsTarget
    }

    /// With what the server's own page tells. A server that is none of ours has no such page: then the reason has to do without.
    private func waiting(
        _ deployment: DeploymentFacts.Deployment, _ name: String
    ) async -> DeploymentFacts.Deployment {
        // Absent is an answer here, whatever the reason.
        guard let page = try? await OwnPage.read("/_teal/why/\(PercentEncoding.encode(name))", from: self.address),
            page.status == 200, let document = try? JSONValue(parsing: page.body)
        else { return deployment }
        var deployment = deployment
        deployment.step = document["step"]?.string ?? deployment.step
        guard let wait = document["wait"], let reason = wait["reason"]?.string else { return deployment }
        deployment.wait = DeploymentWait(
            reason: reason, deadline: wait["deadline"]?.string.flatMap { Timestamp(iso8601: $0) },
            exit: wait["exit"]?.string ?? "")
        if case .codeDeploy = deployment.engine, let hook = Self.function(in: reason) {
            deployment.hooks = [.init(.function(hook), .waiting, expiresAt: deployment.wait?.deadline)]
        }
        return deployment
    }

    /// The function of "the function NAME has not reported on EVENT".
    private static func function(in reason: String) -> String? {
        let words = reason.split(separator: " ")
        guard words.count > 4, words[0] == "the", words[1] == "function", reason.contains("has not reported") else {
            return nil
        }
        return String(words[2])
    }

    // MARK: Load balancers

    private func sickTargets(in groups: Set<String>) async throws -> [DeploymentFacts.SickTarget] {
        guard !groups.isEmpty else { return [] }
        let described = try await self.targetGroups(groups)
        var sick: [DeploymentFacts.SickTarget] = []
        for group in described {
            guard let arn = group.targetGroupArn else { continue }
            let health = try await self.aws.call(ELBv2.DescribeTargetHealth.self, .init(targetGroupArn: arn))
            for one in health.targetHealthDescriptions ?? [] {
                guard let state = one.targetHealth?.state, state != .healthy, state != .draining, state != .unused
                else { continue }
                sick.append(
                    .init(
                        name: "\(one.target?.id ?? ""):\(one.target?.port ?? 0)", group: arn,
                        path: group.healthCheckPath, state: state.rawValue,
                        reason: one.targetHealth?.reason?.rawValue, description: one.targetHealth?.description))
            }
        }
        return sick
    }

    private func impairments(of groups: Set<String>) async throws -> [DeploymentFacts.Impairment] {
        let arns = Set(try await self.targetGroups(groups).flatMap { $0.loadBalancerArns ?? [] })
        guard !arns.isEmpty else { return [] }
        let output = try await self.aws.call(
            ELBv2.DescribeLoadBalancers.self, .init(loadBalancerArns: arns.sorted()))
        return (output.loadBalancers ?? []).compactMap { balancer in
            guard balancer.state?.code == .activeImpaired, let arn = balancer.loadBalancerArn else { return nil }
            return .init(loadBalancer: arn, reason: balancer.state?.reason ?? "it is impaired")
        }
    }

    private func targetGroups(_ arns: Set<String>) async throws -> [ELBv2.TargetGroup] {
        guard !arns.isEmpty else { return [] }
        return try await self.aws.call(
            ELBv2.DescribeTargetGroups.self, .init(targetGroupArns: arns.sorted())
        ).targetGroups ?? []
    }
}

extension ECS.Service {
    /// Of every load balancer, and of every task set.
    fileprivate var targetGroups: [String] {
        let own = (self.loadBalancers ?? []) + (self.taskSets ?? []).flatMap { $0.loadBalancers ?? [] }
        return own.flatMap { [$0.targetGroupArn, $0.advancedConfiguration?.alternateTargetGroupArn] }.compactMap { $0 }
    }

    /// Tasks that stopped before it say nothing about the deployment.
    fileprivate func deploymentStart(_ codeDeploy: String?) -> Timestamp? {
        let taskSet = self.taskSets?.first { $0.externalId == codeDeploy }?.createdAt
        return taskSet ?? self.deployments?.first { $0.status == "PRIMARY" }?.createdAt
    }
}

extension DeploymentFacts.Hook {
    fileprivate init(_ detail: ECS.DeploymentLifecycleHookDetail) {
        let status: Status =
            switch detail.status?.rawValue {
            case "AWAITING_ACTION", "IN_PROGRESS": .waiting
            case "SUCCEEDED": .succeeded
            default: .failed
            }
        let kind: Kind =
            detail.targetType == .pause ? .pause(id: detail.hookId ?? "") : .function(detail.targetArn ?? "")
        self.init(kind, status, expiresAt: detail.expiresAt)
    }
}
