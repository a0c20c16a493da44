import ECSAPI
import Model
import Store
import Testing
import WireProtocol

@testable import ECSService

/// Service deployments through the API: every create and every deployment-triggering update makes one, with its revision.
@Suite struct ServiceDeploymentTests {
    private func deployments(_ fixture: Fixture) async throws -> [ECS.ServiceDeploymentBrief] {
        try await fixture.aws.call(ECS.ListServiceDeployments.self, .init(service: "web")).serviceDeployments ?? []
    }

    @Test func aNewServiceIsItsFirstDeployment() async throws {
        try await Fixture.with { fixture in
            let definition = try await fixture.definition()
            let service = try await fixture.service("web", desiredCount: 1)
            #expect(try await self.deployments(fixture).map(\.status) == [.pending])
            #expect(service?.currentServiceDeployment != nil)
            #expect(service?.deployments?.map(\.status) == ["PRIMARY"])
            try await fixture.runTasks()
            let brief = try #require(try await self.deployments(fixture).first)
            #expect(brief.status == .successful)
            let described = try await fixture.aws.call(
                ECS.DescribeServiceDeployments.self, .init(serviceDeploymentArns: [brief.serviceDeploymentArn ?? ""]))
            #expect(described.serviceDeployments?.first?.sourceServiceRevisions == [])
            #expect(described.serviceDeployments?.first?.targetServiceRevision?.runningTaskCount == 1)
            let revision = try await fixture.aws.call(
                ECS.DescribeServiceRevisions.self, .init(serviceRevisionArns: [brief.targetServiceRevisionArn ?? ""]))
            #expect(revision.serviceRevisions?.first?.taskDefinition == definition)
            #expect(revision.serviceRevisions?.first?.containerImages?.map(\.image) == ["app:1"])
        }
    }

    @Test func aRevisionOutlivesItsTasks() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            try await fixture.service("web", desiredCount: 1)
            try await fixture.runTasks()
            let first = try #require(try await self.deployments(fixture).first?.targetServiceRevisionArn)
            _ = try await fixture.aws.call(ECS.UpdateService.self, .init(service: "web", forceNewDeployment: true))
            try await fixture.runTasks()
            try await fixture.endStoppedTasks()
            try await fixture.runTasks()
            #expect(try await self.deployments(fixture).map(\.status) == [.successful, .successful])
            let services = try await fixture.aws.call(ECS.DescribeServices.self, .init(services: ["web"])).services
            #expect(services?.first?.deployments?.count == 1)
            let revisions = try await fixture.aws.call(
                ECS.DescribeServiceRevisions.self, .init(serviceRevisionArns: [first]))
            #expect(revisions.serviceRevisions?.count == 1)
        }
    }

    @Test func listsAreFilteredAndPaged() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            try await fixture.service("web")
            for _ in 0..<4 {
                try await fixture.settle()
                _ = try await fixture.aws.call(ECS.UpdateService.self, .init(service: "web", forceNewDeployment: true))
            }
            var arns: [String] = []
            var token: String?
            repeat {
                let page = try await fixture.aws.call(
                    ECS.ListServiceDeployments.self, .init(service: "web", nextToken: token, maxResults: 2))
                arns += (page.serviceDeployments ?? []).compactMap(\.serviceDeploymentArn)
                token = page.nextToken
            } while token != nil
            #expect(arns.count == 5 && Set(arns).count == 5)
            let pending = try await fixture.aws.call(
                ECS.ListServiceDeployments.self, .init(service: "web", status: [.pending]))
            #expect(pending.serviceDeployments?.compactMap(\.serviceDeploymentArn) == [arns[0]])
            #expect(
                try await fixture.code {
                    _ = try await fixture.aws.call(
                        ECS.ListServiceDeployments.self, .init(service: "web", nextToken: "nonsense"))
                } == "InvalidParameterException")
        }
    }

    @Test func whatIsNotThereSaysSo() async throws {
        try await Fixture.with { fixture in
            let arn = "arn:aws:ecs:us-east-1:123456789012:service-deployment/default/web/nothing"
            let described = try await fixture.aws.call(
                ECS.DescribeServiceDeployments.self, .init(serviceDeploymentArns: [arn]))
            #expect(described.failures?.map(\.reason) == ["MISSING"])
            #expect(
                try await fixture.code {
                    _ = try await fixture.aws.call(ECS.StopServiceDeployment.self, .init(serviceDeploymentArn: arn))
                } == "ServiceDeploymentNotFoundException")
            #expect(
                try await fixture.code {
                    _ = try await fixture.aws.call(
                        ECS.ContinueServiceDeployment.self,
                        .init(serviceDeploymentArn: arn, hookId: "ecs-pause-x"))
                } == "ServiceDeploymentNotFoundException")
            #expect(
                try await fixture.code {
                    _ = try await fixture.aws.call(ECS.ListServiceDeployments.self, .init(service: "nothing"))
                } == "ServiceNotFoundException")
        }
    }

    @Test func configurationsThatAWSRefusesAreRefused() async throws {
        func advanced(_ rule: String, test: String? = nil, alternate: String = "tg-b") -> ECS.LoadBalancer {
            .init(
                targetGroupArn: "tg-a", containerName: "app", containerPort: 80,
                advancedConfiguration: .init(
                    alternateTargetGroupArn: alternate, productionListenerRule: rule, testListenerRule: test,
                    roleArn: "arn:aws:iam::123456789012:role/ecs"))
        }
        let rule = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/web/1/2/3"
        let cases: [(ECS.DeploymentConfiguration, [ECS.LoadBalancer], String)] = [
            (.init(strategy: .blueGreen), [.init(targetGroupArn: "tg-a")], "advancedConfiguration field is required"),
            (
                .init(strategy: .rolling), [advanced(rule), .init(targetGroupArn: "tg-c")],
                "Either all or none of the provided loadBalancers must have advancedConfiguration defined"
            ),
            (.init(strategy: .blueGreen), [advanced("nonsense")], "productionListenerRule has an invalid ARN format"),
            (
                .init(strategy: .blueGreen), [advanced(rule, test: rule)],
                "The following rules cannot be used as both production and test listener rules: \(rule)"
            ),
            (
                .init(strategy: .blueGreen), [advanced(rule, alternate: "tg-a")],
                "Duplicate targetGroupArn found: tg-a"
            ),
            (
                .init(strategy: .canary, canaryConfiguration: .init(canaryPercent: 0)), [],
                "canaryPercent must be between"
            ),
            (.init(strategy: .linear, canaryConfiguration: .init()), [], "canaryConfiguration is only valid"),
            (
                .init(strategy: .rolling, lifecycleHooks: [.init(targetType: .pause, lifecycleStages: [.postScaleUp])]),
                [],
                "Only the PRE_SCALE_UP lifecycle stage"
            ),
            (.init(strategy: .blueGreen, lifecycleHooks: [.init(lifecycleStages: [.preScaleUp])]), [], "hookTargetArn"),
        ]
        for (configuration, loadBalancers, words) in cases {
            do {
                try ServiceDeploymentRules(configuration: configuration, loadBalancers: loadBalancers).check()
                Issue.record("accepted: \(words)")
            } catch let error as AWSError {
                #expect(error.message.contains(words), "\(error.message)")
            }
        }
    }
}
