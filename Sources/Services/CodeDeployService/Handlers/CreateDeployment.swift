internal import CodeDeployAPI
internal import DeploymentEngine
internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension CodeDeployHandlers {
    /// Answers when the deployment is stored. What can only be known from ECS (the service, the task definition) fails
    /// later, as the deployment's own end.
    func createDeployment(
        _ input: CodeDeploy.CreateDeployment.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.CreateDeployment.Output {
        let scope = context.scope
        let request = try await self.store.read { try DeploymentRequest(input, scope, $0) }
        let targetGroups = try await DeploymentGroupFacts(
            aws: self.aws.acting(in: scope), scope: scope, rules: request.rules
        )
        .targetGroups()
        let now = self.clock.now()
        let deployment = try request.deployment(
            targetGroups: targetGroups, scope: scope, timeScale: self.timeScale, at: now)
        let id = deployment.machine.id.rawValue
        try await self.store.write { transaction in
            let application = try transaction.requireApplication(request.application.name, region: scope.region)
            _ = try transaction.requireGroup(request.group.name, of: application)
            try DeploymentRequest.requireIdle(request.group, transaction)
            var started = deployment
            _ = started.machine.start(at: now)
            try transaction.insert(started)
            var revision = try transaction.revision(request.content, of: application, registeredAt: now)
            revision.firstUsedAt = revision.firstUsedAt ?? now
            revision.lastUsedAt = now
            try transaction.save(revision)
        }
        CrashPoint.reached("codedeploy.after-create")
        return .init(deploymentId: id)
    }
}

/// A CreateDeployment that has been found valid, with everything it refers to.
private struct DeploymentRequest: Sendable {
    typealias Errors = CodeDeploy.Errors

    let application: StoredApplication
    let group: StoredDeploymentGroup
    let information: CodeDeploy.DeploymentGroupInfo
    let rules: DeploymentGroupRules
    let config: CodeDeploy.DeploymentConfigInfo
    let content: RevisionContent
    let appSpec: AppSpec
    let rollback: CodeDeploy.AutoRollbackConfiguration?
    let description: String?
    let overrideAlarms: CodeDeploy.AlarmConfiguration?
    let previousRevision: CodeDeploy.RevisionLocation?

    init(_ input: CodeDeploy.CreateDeployment.Input, _ scope: Scope, _ snapshot: StoreSnapshot) throws {
        self.application = try snapshot.requireApplication(input.applicationName, region: scope.region)
        guard let name = input.deploymentGroupName, !name.isEmpty else {
            throw Errors.deploymentGroupNameRequiredException("A deployment group name must be specified.")
        }
        self.group = try snapshot.requireGroup(name, of: self.application)
        try Self.requireIdle(self.group, snapshot)
        try Self.refuseServerMembers(input)
        try DeploymentDescription.check(input.description)
        try AlarmRules.check(input.overrideAlarmConfiguration, "overrideAlarmConfiguration")
        try DeploymentGroupRules.checkRollback(input.autoRollbackConfiguration)
        self.information = try StoredShape.decode(CodeDeploy.DeploymentGroupInfo.self, from: self.group.body)
        self.rules = try DeploymentGroupRules(checking: self.information)
        self.config = try snapshot.requireConfig(
            input.deploymentConfigName ?? self.group.configName, region: scope.region)
        guard self.config.computePlatform == .ecs else {
            throw Errors.invalidDeploymentConfigNameException(
                "The deployment configuration \(self.config.deploymentConfigName ?? "") is not for the ECS compute platform."
            )
        }
        self.previousRevision = try snapshot.targetRevision(of: self.group)
        guard let revision = input.revision ?? self.previousRevision else {
            throw Errors.revisionRequiredException(
                "RevisionLocation must be specified: the deployment group has no target revision.")
        }
        self.content = try RevisionContent(snapshot.completed(revision, of: self.application))
        do {
            self.appSpec = try AppSpec(parsing: self.content.text)
        } catch {
            throw Errors.invalidRevisionException(error.message)
        }
        self.rollback = input.autoRollbackConfiguration ?? self.information.autoRollbackConfiguration
        self.description = input.description
        self.overrideAlarms = input.overrideAlarmConfiguration
    }

    /// One at a time: the message is what CI tools search for the id of the one that runs.
    static func requireIdle(_ group: StoredDeploymentGroup, _ snapshot: StoreSnapshot) throws {
        guard let active = try snapshot.activeCodeDeployDeployment(service: group.service, region: group.region) else {
            return
        }
        throw Errors.deploymentLimitExceededException(
            "The Deployment Group '\(group.name)' is already deploying deployment '\(active)'.")
    }

    private static func refuseServerMembers(_ input: CodeDeploy.CreateDeployment.Input) throws {
        let reason = "is not valid for the ECS compute platform."
        if input.targetInstances != nil { throw Errors.invalidTargetInstancesException("targetInstances \(reason)") }
        if input.ignoreApplicationStopFailures == true {
            throw Errors.invalidIgnoreApplicationStopFailuresValueException("ignoreApplicationStopFailures \(reason)")
        }
        if input.updateOutdatedInstancesOnly == true {
            throw Errors.invalidUpdateOutdatedInstancesOnlyValueException("updateOutdatedInstancesOnly \(reason)")
        }
        if let behavior = input.fileExistsBehavior, behavior != .disallow {
            throw Errors.invalidFileExistsBehaviorException("fileExistsBehavior \(behavior) \(reason)")
        }
    }
}

extension DeploymentRequest {
    /// The deployment to store, not started yet.
    fileprivate func deployment(
        targetGroups: [ELBv2.TargetGroup], scope: Scope, timeScale: TimeScale, at now: Timestamp
    ) throws -> StoredDeployment {
        let arns = targetGroups.compactMap(\.targetGroupArn)
        guard arns.count == 2 else { throw Errors.invalidLoadBalancerInfoException(DeploymentGroupRules.pairMessage) }
        let plan = CodeDeployDeployment.Plan(
            purpose: .release(self.release),
            targetGroups: .init(.init(rawValue: arns[0]), .init(rawValue: arns[1])),
            hasTestListener: self.rules.testListener != nil, serviceRoleARN: self.information.serviceRoleArn ?? "",
            timeScale: timeScale)
        let service = "service/\(self.rules.cluster)/\(self.rules.service)"
        let names = Dictionary(targetGroups.map { ($0.targetGroupArn ?? "", $0.targetGroupName ?? "") }) { $1 }
        return StoredDeployment(
            machine: CodeDeployDeployment(id: Self.newID(), plan: plan, createdAt: now), scope: scope,
            applicationName: self.application.name, groupName: self.group.name, groupID: self.group.id,
            route: DeploymentRoute(
                cluster: self.rules.cluster, service: self.rules.service,
                serviceARN: scope.arn("ecs", service).description,
                productionListener: self.rules.productionListener, testListener: self.rules.testListener,
                targetGroupNames: names),
            body: StoredShape.encode(self.body))
    }

    private static func newID() -> CodeDeployDeployment.ID { .init(rawValue: "d-" + Identifiers.upperAlphanumeric(9)) }

    private var release: CodeDeployDeployment.Release {
        let options = self.information.blueGreenDeploymentConfiguration
        let ready = options?.deploymentReadyOption
        let termination = options?.terminateBlueInstancesOnDeploymentSuccess
        let events = self.rollback?.enabled == true ? self.rollback?.events ?? [] : []
        return CodeDeployDeployment.Release(
            replacement: self.appSpec.replacement,
            trafficRouting: TrafficRoutingConfiguration(self.config.trafficRoutingConfig),
            hooks: self.appSpec.hooks.map {
                // Nothing to read in it: a long random text without a character that a shell would touch.
                .init(event: $0.event, function: $0.function, execution: .init(rawValue: Identifiers.base64URL(96)))
            },
            readyOption: ready?.actionOnTimeout == .stopDeployment
                ? .waitForContinue(minutes: ready?.waitTimeInMinutes ?? 0) : .continueAtOnce,
            terminationOption: termination?.action == .keepAlive
                ? .keepAlive : .terminate(afterMinutes: termination?.terminationWaitTimeInMinutes ?? 0),
            rollbackEvents: Set(events.compactMap { CodeDeployDeployment.RollbackEvent(rawValue: $0.rawValue) }),
            rollbackID: Self.newID(), alarms: self.alarms)
    }

    /// Those of the group, unless the deployment has its own.
    private var alarms: CodeDeployDeployment.Alarms? {
        let configuration = self.overrideAlarms ?? self.information.alarmConfiguration
        guard let configuration, configuration.enabled == true else { return nil }
        return .init(
            names: (configuration.alarms ?? []).compactMap(\.name),
            ignoresPollFailures: configuration.ignorePollAlarmFailure ?? false)
    }

    private var body: CodeDeploy.DeploymentInfo {
        CodeDeploy.DeploymentInfo(
            deploymentConfigName: self.config.deploymentConfigName, previousRevision: self.previousRevision,
            revision: self.content.location, description: self.description, creator: .user,
            ignoreApplicationStopFailures: false,
            autoRollbackConfiguration: self.rollback ?? CodeDeploy.AutoRollbackConfiguration(enabled: false),
            updateOutdatedInstancesOnly: false, deploymentStyle: self.information.deploymentStyle,
            blueGreenDeploymentConfiguration: self.information.blueGreenDeploymentConfiguration,
            loadBalancerInfo: self.information.loadBalancerInfo, fileExistsBehavior: .disallow,
            deploymentStatusMessages: [],
            computePlatform: .ecs, overrideAlarmConfiguration: self.overrideAlarms)
    }
}

extension TrafficRoutingConfiguration {
    /// Checked when the configuration was made.
    fileprivate init(_ config: CodeDeploy.TrafficRoutingConfig?) {
        if let linear = config?.timeBasedLinear {
            self = .linear(percentage: linear.linearPercentage ?? 100, interval: .minutes(linear.linearInterval ?? 0))
        } else if let canary = config?.timeBasedCanary {
            self = .canary(percentage: canary.canaryPercentage ?? 100, interval: .minutes(canary.canaryInterval ?? 0))
        } else {
            self = .allAtOnce
        }
    }
}
