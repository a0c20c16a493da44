import ECSAPI
import Testing
import WireProtocol

@testable import ECSService

@Suite struct CapacityProviderTests {
    private func names(_ fixture: Fixture, _ input: ECS.DescribeCapacityProvidersRequest) async throws -> [String?]? {
        try await fixture.aws.call(ECS.DescribeCapacityProviders.self, input).capacityProviders?.map(\.name)
    }

    @Test func fargateProvidersArePredefinedAndPaged() async throws {
        try await Fixture.with { fixture in
            #expect(try await self.names(fixture, .init()) == ["FARGATE", "FARGATE_SPOT"])
            let first = try await fixture.aws.call(ECS.DescribeCapacityProviders.self, .init(maxResults: 1))
            #expect(first.capacityProviders?.map(\.name) == ["FARGATE"])
            #expect(try await self.names(fixture, .init(maxResults: 1, nextToken: first.nextToken)) == ["FARGATE_SPOT"])
            let asked = try await fixture.aws.call(
                ECS.DescribeCapacityProviders.self, .init(capacityProviders: ["FARGATE", "mine"], include: [.tags]))
            #expect(asked.capacityProviders?.first?.tags == [])
            #expect(asked.failures?.map(\.reason) == ["MISSING"])
        }
    }

    @Test func aClusterShowsTheProvidersAssociatedWithIt() async throws {
        try await Fixture.with { fixture in
            #expect(try await self.names(fixture, .init(cluster: "default")) == [])
            _ = try await fixture.aws.call(
                ECS.PutClusterCapacityProviders.self,
                .init(cluster: "default", capacityProviders: ["FARGATE_SPOT"], defaultCapacityProviderStrategy: []))
            #expect(try await self.names(fixture, .init(cluster: "default")) == ["FARGATE_SPOT"])
            #expect(
                try await fixture.code { _ = try await self.names(fixture, .init(cluster: "none")) }
                    == "ClusterNotFoundException")
        }
    }

    @Test func aProviderOfAGroupIsMadeChangedUsedAndDeleted() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            let group = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:1:autoScalingGroupName/web"
            let made = try await fixture.aws.call(
                ECS.CreateCapacityProvider.self,
                .init(
                    name: "mine", autoScalingGroupProvider: .init(autoScalingGroupArn: group),
                    tags: [.init(key: "team", value: "a")])
            ).capacityProvider
            #expect(made?.autoScalingGroupProvider?.managedScaling?.targetCapacity == 100)
            #expect(made?.type == .ec2Autoscaling)
            #expect(made?.tags?.count == 1)
            let changed = try await fixture.aws.call(
                ECS.UpdateCapacityProvider.self,
                .init(
                    name: "mine",
                    autoScalingGroupProvider: .init(managedScaling: .init(status: .enabled, targetCapacity: 80)))
            ).capacityProvider
            #expect(changed?.autoScalingGroupProvider?.managedScaling?.targetCapacity == 80)

            _ = try await fixture.aws.call(
                ECS.PutClusterCapacityProviders.self,
                .init(
                    cluster: "default", capacityProviders: ["mine"],
                    defaultCapacityProviderStrategy: [.init(capacityProvider: "mine", weight: 1)]))
            let task = try await fixture.aws.call(ECS.RunTask.self, .init(taskDefinition: "web")).tasks?.first
            #expect(task?.capacityProviderName == "mine")
            #expect(task?.launchType == .ec2)
            let delete = {
                try await fixture.aws.call(ECS.DeleteCapacityProvider.self, .init(capacityProvider: "mine"))
            }
            #expect(try await fixture.code { _ = try await delete() } == "InvalidParameterException")
            _ = try await fixture.aws.call(
                ECS.PutClusterCapacityProviders.self,
                .init(cluster: "default", capacityProviders: [], defaultCapacityProviderStrategy: []))
            #expect(try await delete().capacityProvider?.status == .inactive)
            #expect(try await self.names(fixture, .init()) == ["FARGATE", "FARGATE_SPOT"])
        }
    }

    @Test(arguments: ["fargate-mine", "aws", "a b", ""])
    func namesThatAWSKeepsForItselfAreRefused(name: String) async throws {
        try await Fixture.with { fixture in
            let code = try await fixture.code {
                _ = try await fixture.aws.call(
                    ECS.CreateCapacityProvider.self,
                    .init(name: name, autoScalingGroupProvider: .init(autoScalingGroupArn: "arn")))
            }
            #expect(code == "InvalidParameterException")
        }
    }

    @Test func aStrategyNamesProvidersOfItsCluster() async throws {
        try await Fixture.with { fixture in
            for input: ECS.PutClusterCapacityProvidersRequest in [
                .init(cluster: "default", capacityProviders: ["none"], defaultCapacityProviderStrategy: []),
                .init(
                    cluster: "default", capacityProviders: ["FARGATE"],
                    defaultCapacityProviderStrategy: [.init(capacityProvider: "FARGATE_SPOT", weight: 1)]),
                .init(
                    cluster: "default", capacityProviders: ["FARGATE"],
                    defaultCapacityProviderStrategy: [.init(capacityProvider: "FARGATE")]),
            ] {
                let code = try await fixture.code {
                    _ = try await fixture.aws.call(ECS.PutClusterCapacityProviders.self, input)
                }
                #expect(code == "InvalidParameterException")
            }
        }
    }
}
