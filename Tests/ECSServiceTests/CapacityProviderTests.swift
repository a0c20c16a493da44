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

    @Test func anUpdateToAStrategyIsKeptAndStartsADeployment() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            let before = try await fixture.service("web")
            let after = try await fixture.aws.call(
                ECS.UpdateService.self,
                .init(service: "web", capacityProviderStrategy: [.init(capacityProvider: "FARGATE", weight: 1)])
            ).service
            #expect(after?.capacityProviderStrategy?.map(\.capacityProvider) == ["FARGATE"])
            #expect(after?.launchType == nil)
            #expect(after?.deployments?.first?.id != before?.deployments?.first?.id)
            #expect(after?.deployments?.first?.capacityProviderStrategy?.count == 1)
        }
    }
}
