import ECSAPI
import Testing
import WireProtocol

@testable import ECSService

@Suite struct PlacementTests {
    private func item(_ provider: String, weight: Int? = nil, base: Int? = nil) -> ECS.CapacityProviderStrategyItem {
        .init(capacityProvider: provider, weight: weight, base: base)
    }

    @Test func basesComeFirstThenWeightsShareTheRest() {
        var turns = CapacityProviderTurns([self.item("a", weight: 1, base: 2), self.item("b", weight: 3)])
        let given = (0..<10).map { _ in turns.next() }
        #expect(given.prefix(2) == ["a", "a"])
        #expect(given.count { $0 == "a" } == 4)
        #expect(given.count { $0 == "b" } == 6)
    }

    @Test func tasksThatAreThereCount() {
        var turns = CapacityProviderTurns([self.item("a", weight: 1), self.item("b", weight: 1)], counts: ["a": 2])
        #expect((0..<2).map { _ in turns.next() } == ["b", "b"])
    }

    @Test func aProviderWithoutWeightGetsItsBaseAlone() {
        var turns = CapacityProviderTurns([self.item("a", base: 1), self.item("b", weight: 1)])
        #expect((0..<3).map { _ in turns.next() } == ["a", "b", "b"])
        var none = CapacityProviderTurns([])
        #expect(none.next() == nil)
    }

    @Test func aClustersDefaultStrategyHoldsWhereNothingElseIsSaid() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.aws.call(
                ECS.PutClusterCapacityProviders.self,
                .init(
                    cluster: "default", capacityProviders: ["FARGATE", "FARGATE_SPOT"],
                    defaultCapacityProviderStrategy: [
                        self.item("FARGATE", base: 1), self.item("FARGATE_SPOT", weight: 1),
                    ]))
            try await fixture.fargateDefinition()
            let tasks = try await fixture.aws.call(
                ECS.RunTask.self, .init(count: 3, networkConfiguration: Fixture.network, taskDefinition: "fargate")
            ).tasks
            #expect(tasks?.map(\.capacityProviderName) == ["FARGATE", "FARGATE_SPOT", "FARGATE_SPOT"])
            #expect(tasks?.map(\.launchType) == [.fargate, .fargate, .fargate])
            #expect(tasks?.compactMap(\.containerInstanceArn) == [])

            let service = try await fixture.aws.call(
                ECS.CreateService.self,
                .init(
                    serviceName: "web", taskDefinition: "fargate", desiredCount: 1,
                    networkConfiguration: Fixture.network)
            ).service
            #expect(service?.launchType == nil)
            #expect(service?.capacityProviderStrategy?.count == 2)
            #expect(service?.platformVersion == "LATEST")
            try await fixture.settle()
            let arns = try await fixture.aws.call(ECS.ListTasks.self, .init(serviceName: "web")).taskArns ?? []
            let described = try await fixture.aws.call(ECS.DescribeTasks.self, .init(tasks: arns)).tasks
            #expect(described?.map(\.capacityProviderName) == ["FARGATE"])
        }
    }

    @Test func whatCannotRunThereIsRefused() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            try await fixture.fargateDefinition()
            let refused: [ECS.RunTaskRequest] = [
                .init(launchType: .fargate, taskDefinition: "web"),
                .init(launchType: .fargate, taskDefinition: "fargate"),
                .init(platformVersion: "LATEST", taskDefinition: "web"),
                .init(capacityProviderStrategy: [self.item("FARGATE", weight: 1)], taskDefinition: "fargate"),
                .init(
                    capacityProviderStrategy: [self.item("FARGATE", weight: 1)], launchType: .fargate,
                    taskDefinition: "fargate"),
                .init(placementConstraints: [.init(type: .memberOf, expression: "x")], taskDefinition: "web"),
                .init(placementStrategy: [.init(type: .spread)], taskDefinition: "web"),
                .init(networkConfiguration: Fixture.network, taskDefinition: "web"),
            ]
            for input in refused {
                let code = try await fixture.code { _ = try await fixture.aws.call(ECS.RunTask.self, input) }
                #expect(code == "InvalidParameterException", "\(input)")
            }
            let unknown = try await fixture.code {
                _ = try await fixture.aws.call(
                    ECS.RunTask.self,
                    .init(
                        launchType: .fargate, networkConfiguration: Fixture.network, platformVersion: "newest",
                        taskDefinition: "fargate"))
            }
            #expect(unknown == "PlatformUnknownException")
        }
    }

    @Test func anUpdateToAStrategyIsKeptAndStartsADeployment() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.aws.call(
                ECS.PutClusterCapacityProviders.self,
                .init(cluster: "default", capacityProviders: ["FARGATE"], defaultCapacityProviderStrategy: []))
            try await fixture.fargateDefinition()
            let before = try await fixture.aws.call(
                ECS.CreateService.self,
                .init(
                    serviceName: "web", taskDefinition: "fargate", launchType: .fargate,
                    networkConfiguration: Fixture.network)
            ).service
            let after = try await fixture.aws.call(
                ECS.UpdateService.self,
                .init(service: "web", capacityProviderStrategy: [self.item("FARGATE", weight: 1)])
            ).service
            #expect(after?.capacityProviderStrategy?.map(\.capacityProvider) == ["FARGATE"])
            #expect(after?.launchType == nil)
            #expect(after?.deployments?.first?.id != before?.deployments?.first?.id)
            let back = try await fixture.aws.call(
                ECS.UpdateService.self, .init(service: "web", capacityProviderStrategy: [])
            ).service
            #expect(back?.launchType == .fargate)
            #expect(back?.capacityProviderStrategy == nil)
        }
    }
}
