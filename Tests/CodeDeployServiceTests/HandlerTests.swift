import CodeDeployAPI
import Model
import Store
import Synchronization
import Testing
import WireProtocol

@Suite(.timeLimit(.minutes(1))) struct HandlerTests {
    @Test func applicationsAreCreatedRenamedListedAndDeleted() async throws {
        try await Fixture.with { fixture in
            let created = try await fixture.call(
                CodeDeploy.CreateApplication.self, .init(applicationName: "b", computePlatform: .ecs))
            _ = try await fixture.call(CodeDeploy.CreateApplication.self, .init(applicationName: "a"))
            await expect(code: "ApplicationAlreadyExistsException") {
                try await fixture.call(CodeDeploy.CreateApplication.self, .init(applicationName: "a"))
            }
            await expect(code: "InvalidApplicationNameException") {
                try await fixture.call(CodeDeploy.CreateApplication.self, .init(applicationName: "not valid"))
            }
            _ = try await fixture.call(
                CodeDeploy.UpdateApplication.self, .init(applicationName: "b", newApplicationName: "c"))
            #expect(try await fixture.call(CodeDeploy.ListApplications.self, .init()).applications == ["a", "c"])
            let application = try await fixture.call(CodeDeploy.GetApplication.self, .init(applicationName: "c"))
                .application
            #expect(application?.applicationId == created.applicationId)
            #expect(application?.computePlatform == .ecs)
            _ = try await fixture.call(CodeDeploy.DeleteApplication.self, .init(applicationName: "c"))
            _ = try await fixture.call(CodeDeploy.DeleteApplication.self, .init(applicationName: "c"))
            let error = await #expect(throws: AWSError.self) {
                _ = try await fixture.call(CodeDeploy.GetApplication.self, .init(applicationName: "c"))
            }
            #expect(error?.message == "No application found for name: c")
        }
    }

    @Test func predefinedConfigurationsAreThereAndCannotBeChanged() async throws {
        try await Fixture.with { fixture in
            let names =
                try await fixture.call(CodeDeploy.ListDeploymentConfigs.self, .init()).deploymentConfigsList ?? []
            #expect(names.count == 17)
            #expect(names.contains("CodeDeployDefault.ECSLinear10PercentEvery1Minutes"))
            #expect(names.contains("CodeDeployDefault.LambdaLinear10PercentEvery1Minute"))
            let linear = try await fixture.call(
                CodeDeploy.GetDeploymentConfig.self,
                .init(deploymentConfigName: "CodeDeployDefault.ECSLinear10PercentEvery3Minutes"))
            #expect(
                linear.deploymentConfigInfo?.trafficRoutingConfig?.timeBasedLinear
                    == .init(linearPercentage: 10, linearInterval: 3))
            await expect(code: "InvalidOperationException") {
                try await fixture.call(
                    CodeDeploy.DeleteDeploymentConfig.self,
                    .init(deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce"))
            }
            await expect(code: "InvalidDeploymentConfigNameException") {
                try await fixture.call(
                    CodeDeploy.CreateDeploymentConfig.self,
                    .init(deploymentConfigName: "CodeDeployDefault.Mine", computePlatform: .ecs))
            }
        }
    }

    @Test func configurationInUseIsNotDeleted() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.call(
                CodeDeploy.CreateDeploymentConfig.self,
                .init(
                    deploymentConfigName: "fast",
                    trafficRoutingConfig: .init(
                        type: .timeBasedLinear, timeBasedLinear: .init(linearPercentage: 50, linearInterval: 1)),
                    computePlatform: .ecs))
            try await fixture.createGroup { $0.deploymentConfigName = "fast" }
            await expect(code: "DeploymentConfigInUseException") {
                try await fixture.call(CodeDeploy.DeleteDeploymentConfig.self, .init(deploymentConfigName: "fast"))
            }
            _ = try await fixture.call(
                CodeDeploy.DeleteDeploymentGroup.self, .init(applicationName: "app", deploymentGroupName: "group"))
            _ = try await fixture.call(CodeDeploy.DeleteDeploymentConfig.self, .init(deploymentConfigName: "fast"))
        }
    }

    private static let refusals:
        [(code: String, change: @Sendable (inout CodeDeploy.CreateDeploymentGroup.Input) -> Void)] = [
            ("InvalidRoleException", { $0.serviceRoleArn = "role" }),
            ("InvalidDeploymentStyleException", { $0.deploymentStyle = nil }),
            ("InvalidBlueGreenDeploymentConfigurationException", { $0.blueGreenDeploymentConfiguration = nil }),
            (
                "InvalidBlueGreenDeploymentConfigurationException",
                {
                    $0.blueGreenDeploymentConfiguration?.terminateBlueInstancesOnDeploymentSuccess?
                        .terminationWaitTimeInMinutes = 2881
                }
            ),
            ("InvalidLoadBalancerInfoException", { $0.loadBalancerInfo = nil }),
            (
                "InvalidTargetGroupPairException",
                { $0.loadBalancerInfo?.targetGroupPairInfoList?[0].targetGroups = [.init(name: "blue")] }
            ),
            (
                "InvalidLoadBalancerInfoException",
                {
                    $0.loadBalancerInfo?.targetGroupPairInfoList?[0].targetGroups = [
                        .init(name: "blue"), .init(name: "none"),
                    ]
                }
            ),
            ("InvalidECSServiceException", { $0.ecsServices = [] }),
            ("InvalidECSServiceException", { $0.ecsServices = [.init(serviceName: "none", clusterName: "cluster")] }),
            ("DeploymentConfigDoesNotExistException", { $0.deploymentConfigName = "none" }),
            ("InvalidDeploymentConfigNameException", { $0.deploymentConfigName = "CodeDeployDefault.OneAtATime" }),
            ("InvalidTriggerConfigException", { $0.triggerConfigurations = [.init(triggerName: "t")] }),
            (
                "InvalidAlarmConfigException",
                { $0.alarmConfiguration = .init(enabled: true, alarms: []) }
            ),
            (
                "InvalidAlarmConfigException",
                { $0.alarmConfiguration = .init(enabled: false, alarms: [.init(name: "a"), .init(name: "a")]) }
            ),
            ("InvalidAlarmConfigException", { $0.alarmConfiguration = .init(enabled: true, alarms: [.init()]) }),
            (
                "AlarmsLimitExceededException",
                { $0.alarmConfiguration = .init(enabled: true, alarms: (0...10).map { .init(name: "a\($0)") }) }
            ),
            ("InvalidAutoRollbackConfigException", { $0.autoRollbackConfiguration = .init(enabled: true) }),
            ("InvalidAutoScalingGroupException", { $0.autoScalingGroups = ["asg"] }),
            ("ApplicationDoesNotExistException", { $0.applicationName = "none" }),
        ]

    @Test(arguments: refusals.indices)
    func groupThatBreaksARuleIsRefused(_ index: Int) async throws {
        let refusal = Self.refusals[index]
        try await Fixture.with { fixture in
            _ = try await fixture.call(
                CodeDeploy.CreateApplication.self, .init(applicationName: "app", computePlatform: .ecs))
            await expect(code: refusal.code) {
                try await fixture.call(CodeDeploy.CreateDeploymentGroup.self, Fixture.group(refusal.change))
            }
        }
    }

    @Test func groupIsUpdatedByMember() async throws {
        try await Fixture.with { fixture in
            try await fixture.createGroup()
            _ = try await fixture.call(
                CodeDeploy.UpdateDeploymentGroup.self,
                .init(
                    applicationName: "app", currentDeploymentGroupName: "group", newDeploymentGroupName: "renamed",
                    deploymentConfigName: "CodeDeployDefault.ECSCanary10Percent5Minutes"))
            let group = try await fixture.call(
                CodeDeploy.GetDeploymentGroup.self, .init(applicationName: "app", deploymentGroupName: "renamed")
            ).deploymentGroupInfo
            #expect(group?.deploymentConfigName == "CodeDeployDefault.ECSCanary10Percent5Minutes")
            #expect(group?.serviceRoleArn == "arn:aws:iam::123456789012:role/codedeploy")
            #expect(group?.blueGreenDeploymentConfiguration?.deploymentReadyOption?.waitTimeInMinutes == 0)
            #expect(group?.lastAttemptedDeployment == nil)
        }
    }

    @Test func serviceBelongsToOneGroup() async throws {
        try await Fixture.with { fixture in
            try await fixture.createGroup()
            await expect(code: "ECSServiceMappingLimitExceededException") {
                try await fixture.call(
                    CodeDeploy.CreateDeploymentGroup.self, Fixture.group { $0.deploymentGroupName = "other" })
            }
        }
    }

    @Test func groupShowsItsLastDeploymentsAndRedeploysItsTargetRevision() async throws {
        try await Fixture.with { fixture in
            try await fixture.createGroup()
            await expect(code: "RevisionRequiredException") { try await fixture.deploy { $0.revision = nil } }
            try await fixture.driving {
                let first = try await fixture.deploy()
                _ = try await fixture.end(of: first)
                let second = try await fixture.deploy { $0.revision = nil }
                let information = try await fixture.end(of: second)
                #expect(information.status == .succeeded)
                #expect(information.previousRevision == information.revision)
                let group = try await fixture.call(
                    CodeDeploy.GetDeploymentGroup.self, .init(applicationName: "app", deploymentGroupName: "group")
                ).deploymentGroupInfo
                #expect(group?.lastSuccessfulDeployment?.deploymentId == second)
                #expect(group?.targetRevision?.appSpecContent?.sha256?.count == 64)
                let all = try await fixture.call(
                    CodeDeploy.ListDeployments.self, .init(applicationName: "app", deploymentGroupName: "group"))
                #expect(all.deployments == [second, first])
                let running = try await fixture.call(
                    CodeDeploy.ListDeployments.self, .init(includeOnlyStatuses: [.inProgress]))
                #expect(running.deployments == [])
            }
        }
    }

    @Test func firstDeploymentThatIsRolledBackIsNotWhatTheGroupDeploysAgain() async throws {
        try await Fixture.with { fixture in
            fixture.world.state.withLock { $0.functions["check"] = .reports(.failed) }
            try await fixture.createGroup {
                $0.autoRollbackConfiguration = .init(enabled: true, events: [.deploymentFailure])
            }
            try await fixture.driving {
                let failed = try await fixture.end(of: fixture.deploy(hooks: [("AfterInstall", "check")]))
                let rollback = try await fixture.information(failed.rollbackInfo?.rollbackDeploymentId ?? "")
                #expect(rollback.status == .succeeded)
                #expect(rollback.revision == nil)
                #expect(rollback.previousRevision == failed.revision)
            }
            let group = try await fixture.call(
                CodeDeploy.GetDeploymentGroup.self, .init(applicationName: "app", deploymentGroupName: "group"))
            #expect(group.deploymentGroupInfo?.targetRevision == nil)
            await expect(code: "RevisionRequiredException") { try await fixture.deploy { $0.revision = nil } }
        }
    }

    @Test func revisionIsDeployedByItsDigestOnceItIsKnown() async throws {
        try await Fixture.with { fixture in
            try await fixture.createGroup()
            let content = Fixture.appSpec()
            let unknown = CodeDeploy.RevisionLocation(
                revisionType: .appSpecContent, appSpecContent: .init(sha256: String(repeating: "0", count: 64)))
            await expect(code: "RevisionDoesNotExistException") {
                try await fixture.deploy { $0.revision = unknown }
            }
            _ = try await fixture.call(
                CodeDeploy.RegisterApplicationRevision.self,
                .init(
                    applicationName: "app",
                    revision: .init(revisionType: .appSpecContent, appSpecContent: .init(content: content))))
            let listed = try await fixture.call(
                CodeDeploy.ListApplicationRevisions.self, .init(applicationName: "app"))
            let digest = listed.revisions?.first?.appSpecContent?.sha256
            let id = try await fixture.deploy {
                $0.revision = .init(revisionType: .appSpecContent, appSpecContent: .init(sha256: digest))
            }
            #expect(try await fixture.information(id).revision?.appSpecContent?.content == content)
        }
    }

    @Test(arguments: [
        ("GitHub", CodeDeploy.RevisionLocation(revisionType: .gitHub)), ("S3", .init(revisionType: .s3)),
        ("sha256", .init(revisionType: .appSpecContent, appSpecContent: .init(content: "a", sha256: "00"))),
        ("Resources", .init(revisionType: .string, string: .init(content: "version: 0.0"))),
    ])
    func revisionThatCannotBeDeployedIsRefusedByName(_ part: String, _ revision: CodeDeploy.RevisionLocation)
        async throws
    {
        try await Fixture.with { fixture in
            try await fixture.createGroup()
            let error = await #expect(throws: AWSError.self) { _ = try await fixture.deploy { $0.revision = revision } }
            #expect(error?.code == "InvalidRevisionException")
            #expect(error?.message.contains(part) == true)
        }
    }

    @Test func unknownAndMalformedDeploymentIdsAreToldApart() async throws {
        try await Fixture.with { fixture in
            await expect(code: "DeploymentDoesNotExistException") { try await fixture.information("d-ABCDEFGHI") }
            await expect(code: "InvalidDeploymentIdException") { try await fixture.information("d-1") }
            await expect(code: "DeploymentIdRequiredException") {
                try await fixture.call(CodeDeploy.ContinueDeployment.self, .init())
            }
        }
    }

    @Test func tagsAreKeptByResource() async throws {
        try await Fixture.with { fixture in
            try await fixture.createGroup { $0.tags = [.init(key: "team", value: "a")] }
            let arn = "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:app/group"
            _ = try await fixture.call(
                CodeDeploy.TagResource.self, .init(resourceArn: arn, tags: [.init(key: "stage", value: "b")]))
            _ = try await fixture.call(CodeDeploy.UntagResource.self, .init(resourceArn: arn, tagKeys: ["team"]))
            let tags = try await fixture.call(CodeDeploy.ListTagsForResource.self, .init(resourceArn: arn)).tags
            #expect(tags == [.init(key: "stage", value: "b")])
            await expect(code: "ArnNotSupportedException") {
                try await fixture.call(
                    CodeDeploy.ListTagsForResource.self,
                    .init(resourceArn: "arn:aws:codedeploy:us-east-1:123456789012:deploymentconfig:x"))
            }
        }
    }
}
