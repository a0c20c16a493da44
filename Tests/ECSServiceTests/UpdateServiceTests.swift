import ECSAPI
import Testing
import WireProtocol

@testable import ECSService

@Suite struct UpdateServiceTests {
    private func update(_ fixture: Fixture, _ input: ECS.UpdateServiceRequest) async throws -> ECS.Service? {
        try await fixture.aws.call(ECS.UpdateService.self, input).service
    }

    @Test func onlyAChangeOfTheTasksStartsADeployment() async throws {
        try await Fixture.with { fixture in
            let definition = try await fixture.definition()
            let first = try await fixture.service("web", desiredCount: 1)?.deployments?.first?.id
            try await fixture.deploy()
            let settings = try await self.update(
                fixture,
                .init(
                    service: "web", desiredCount: 2, taskDefinition: definition,
                    deploymentConfiguration: .init(maximumPercent: 150, minimumHealthyPercent: 50),
                    placementStrategy: [.init(type: .random)], enableExecuteCommand: true, enableECSManagedTags: true,
                    propagateTags: .service))
            #expect(settings?.deployments?.map(\.id) == [first])
            #expect(settings?.desiredCount == 2)
            #expect(settings?.deploymentConfiguration?.maximumPercent == 150)
            #expect(settings?.placementStrategy == [.init(type: .random)])
            #expect(settings?.propagateTags == .service)
            #expect(settings?.enableExecuteCommand == true)

            let next = try await fixture.definition()
            let changed = try await self.update(fixture, .init(service: "web", taskDefinition: next))
            #expect(changed?.deployments?.count == 2)
            #expect(changed?.taskDefinition == next)
            try await fixture.deploy()
            let same = try await self.update(fixture, .init(service: "web", taskDefinition: next))
            #expect(same?.deployments?.first?.id == changed?.deployments?.first?.id)
            let forced = try await self.update(fixture, .init(service: "web", forceNewDeployment: true))
            #expect(forced?.deployments?.first?.id != changed?.deployments?.first?.id)
        }
    }

    @Test func aDeregisteredDefinitionCanStillBeScaledAndForced() async throws {
        try await Fixture.with { fixture in
            let definition = try await fixture.definition()
            try await fixture.service("web")
            _ = try await fixture.aws.call(ECS.DeregisterTaskDefinition.self, .init(taskDefinition: definition))
            let scaled = try await self.update(
                fixture, .init(service: "web", desiredCount: 3, forceNewDeployment: true))
            #expect(scaled?.desiredCount == 3)
            let code = try await fixture.code {
                _ = try await self.update(fixture, .init(service: "web", taskDefinition: definition))
            }
            #expect(code == "ClientException")
        }
    }

    @Test func externalServicesTakeWhatIsNotOfTheirTasks() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            _ = try await fixture.aws.call(
                ECS.CreateService.self,
                .init(serviceName: "web", desiredCount: 1, deploymentController: .init(type: .external)))
            #expect(try await self.update(fixture, .init(service: "web", desiredCount: 4))?.desiredCount == 4)
            let refused: [ECS.UpdateServiceRequest] = [
                .init(service: "web", taskDefinition: "web"), .init(service: "web", forceNewDeployment: true),
                .init(service: "web", networkConfiguration: Fixture.network),
                .init(service: "web", deploymentConfiguration: .init(maximumPercent: 150)),
            ]
            for input in refused {
                let error = try await fixture.error { _ = try await self.update(fixture, input) }
                #expect(error?.code == "InvalidParameterException")
                #expect(error?.message.contains("EXTERNAL deployment controller") == true)
            }
        }
    }

    @Test func theControllerChangesWhileNothingIsDeployed() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            try await fixture.service("web", desiredCount: 1)
            let early = try await fixture.code {
                _ = try await self.update(fixture, .init(service: "web", deploymentController: .init(type: .external)))
            }
            #expect(early == "InvalidParameterException")
            try await fixture.runTasks()
            let task = try await fixture.tasks(of: "web").first?.taskArn

            let external = try await self.update(
                fixture, .init(service: "web", deploymentController: .init(type: .external)))
            #expect(external?.deploymentController?.type == .external)
            #expect(external?.taskSets?.map(\.status) == ["PRIMARY"])
            #expect(external?.deployments == [])
            try await fixture.settle()

            let back = try await self.update(fixture, .init(service: "web", deploymentController: .init(type: .ecs)))
            #expect(back?.deployments?.map(\.rolloutState) == [.completed])
            #expect(back?.deploymentConfiguration?.strategy == .rolling)
            try await fixture.settle()
            #expect(try await fixture.tasks(of: "web").map(\.taskArn) == [task])

            let noBalancer = try await fixture.code {
                _ = try await self.update(
                    fixture, .init(service: "web", deploymentController: .init(type: .codeDeploy)))
            }
            #expect(noBalancer == "InvalidParameterException")
        }
    }

    @Test func deletionDrainsAndFreesTheName() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            try await fixture.service("web", desiredCount: 1)
            try await fixture.runTasks()
            let refused = try await fixture.code {
                _ = try await fixture.aws.call(ECS.DeleteService.self, .init(service: "web"))
            }
            #expect(refused == "InvalidParameterException")
            let draining = try await fixture.aws.call(ECS.DeleteService.self, .init(service: "web", force: true))
                .service
            #expect(draining?.status == "DRAINING")
            try await fixture.settle()
            let update = try await fixture.code { _ = try await self.update(fixture, .init(service: "web")) }
            #expect(update == "ServiceNotActiveException")
            #expect(try await fixture.code { try await fixture.service("web") } == "InvalidParameterException")
            try await fixture.endStoppedTasks()
            let gone = try await fixture.aws.call(ECS.DescribeServices.self, .init(services: ["web"])).services
            #expect(gone?.map(\.status) == ["INACTIVE"])
            #expect(try await fixture.service("web")?.status == "ACTIVE")
        }
    }
}
