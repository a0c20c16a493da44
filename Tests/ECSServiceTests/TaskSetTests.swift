import ECSAPI
import Testing
import WireProtocol

@testable import ECSService

@Suite struct TaskSetTests {
    private func external(_ fixture: Fixture, desiredCount: Int = 4) async throws {
        _ = try await fixture.definition()
        _ = try await fixture.aws.call(
            ECS.CreateService.self,
            .init(serviceName: "web", desiredCount: desiredCount, deploymentController: .init(type: .external)))
    }

    private func create(_ fixture: Fixture, percent: Double? = nil, token: String? = nil, service: String = "web")
        async throws -> ECS.TaskSet?
    {
        try await fixture.aws.call(
            ECS.CreateTaskSet.self,
            .init(
                service: service, cluster: "default", taskDefinition: "web",
                scale: percent.map { .init(value: $0, unit: .percent) }, clientToken: token,
                tags: [.init(key: "a", value: "b")])
        ).taskSet
    }

    @Test func aScaleRoundsUpAndATokenStandsForOneTaskSet() async throws {
        try await Fixture.with { fixture in
            try await self.external(fixture, desiredCount: 3)
            let half = try await self.create(fixture, percent: 50, token: "t")
            #expect(half?.computedDesiredCount == 2)
            #expect(half?.stabilityStatus == .stabilizing)
            #expect(half?.tags?.count == 1)
            #expect(try await self.create(fixture, percent: 50, token: "t")?.id == half?.id)
            #expect(try await self.create(fixture)?.computedDesiredCount == 3)
            for percent in [-1.0, 101] {
                #expect(
                    try await fixture.code { _ = try await self.create(fixture, percent: percent) }
                        == "InvalidParameterException")
            }
        }
    }

    @Test func thePrimaryOneIsWhatTheServiceShowsAndIsDeletedByForceAlone() async throws {
        try await Fixture.with { fixture in
            try await self.external(fixture)
            let blue = try #require(try await self.create(fixture)?.id)
            _ = try await fixture.aws.call(
                ECS.UpdateServicePrimaryTaskSet.self, .init(cluster: "default", service: "web", primaryTaskSet: blue))
            let green = try #require(try await self.create(fixture, percent: 0)?.id)
            let service = try await fixture.aws.call(ECS.DescribeServices.self, .init(services: ["web"])).services?
                .first
            #expect(service?.taskSets?.map(\.status) == ["PRIMARY", "ACTIVE"])
            #expect(service?.taskDefinition?.hasSuffix("web:1") == true)
            let delete = { (id: String, force: Bool?) in
                try await fixture.aws.call(
                    ECS.DeleteTaskSet.self, .init(cluster: "default", service: "web", taskSet: id, force: force)
                ).taskSet
            }
            #expect(try await fixture.code { _ = try await delete(blue, nil) } == "InvalidParameterException")
            #expect(try await delete(green, nil)?.status == "DRAINING")
            #expect(try await delete(blue, true)?.status == "DRAINING")
            try await fixture.settle()
            let left = try await fixture.aws.call(
                ECS.DescribeTaskSets.self, .init(cluster: "default", service: "web", taskSets: [blue]))
            #expect(left.taskSets == [])
            #expect(left.failures?.map(\.reason) == ["MISSING"])
            #expect(try await fixture.code { _ = try await delete(blue, nil) } == "TaskSetNotFoundException")
        }
    }

    @Test func servicesOfTheECSControllerHaveNone() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            let deployment = try #require(try await fixture.service("web", desiredCount: 1)?.deployments?.first?.id)
            #expect(try await fixture.code { _ = try await self.create(fixture) } == "InvalidParameterException")
            let scaled = try await fixture.code {
                _ = try await fixture.aws.call(
                    ECS.UpdateTaskSet.self,
                    .init(
                        cluster: "default", service: "web", taskSet: deployment, scale: .init(value: 0, unit: .percent))
                )
            }
            #expect(scaled == "InvalidParameterException")
            let deleted = try await fixture.code {
                _ = try await fixture.aws.call(
                    ECS.DeleteTaskSet.self,
                    .init(cluster: "default", service: "web", taskSet: deployment, force: true))
            }
            #expect(deleted == "InvalidParameterException")
            let shown = try await fixture.aws.call(ECS.DescribeTaskSets.self, .init(cluster: "default", service: "web"))
            #expect(shown.taskSets == [])
        }
    }
}
