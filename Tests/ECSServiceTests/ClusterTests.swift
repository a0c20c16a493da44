import ECSAPI
import Testing
import WireProtocol

@testable import ECSService

@Suite struct ClusterTests {
    private func cluster(_ fixture: Fixture, _ include: ECS.ClusterField...) async throws -> ECS.Cluster? {
        try await fixture.aws.call(ECS.DescribeClusters.self, .init(clusters: ["default"], include: include)).clusters?
            .first
    }

    @Test func describingShowsWhatIsAskedForWithTrueCounts() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            _ = try await fixture.aws.call(
                ECS.UpdateCluster.self,
                .init(
                    cluster: "default", settings: [.init(name: .containerInsights, value: "enabled")],
                    configuration: .init(executeCommandConfiguration: .init(logging: .default))))
            let empty = try await self.cluster(fixture)
            #expect(empty?.registeredContainerInstancesCount == 0)
            #expect(empty?.settings == [])
            #expect(empty?.configuration == nil)
            #expect(empty?.statistics == [])

            try await fixture.service("web", desiredCount: 2)
            try await fixture.runTasks()
            _ = try await fixture.aws.call(ECS.RunTask.self, .init(taskDefinition: "web"))
            let full = try await self.cluster(fixture, .attachments, .configurations, .settings, .statistics, .tags)
            #expect(full?.settings?.map(\.value) == ["enabled"])
            #expect(full?.configuration?.executeCommandConfiguration?.logging == .default)
            #expect(full?.attachments == [])
            #expect((full?.runningTasksCount, full?.pendingTasksCount, full?.activeServicesCount) == (2, 1, 1))
            #expect(full?.registeredContainerInstancesCount == 1)
            let statistics = Dictionary(
                uniqueKeysWithValues: (full?.statistics ?? []).map { ($0.name ?? "", $0.value ?? "") })
            #expect(statistics["runningEC2TasksCount"] == "2")
            #expect(statistics["pendingEC2TasksCount"] == "1")
            #expect(statistics["activeEC2ServiceCount"] == "1")
            #expect(statistics["runningFargateTasksCount"] == "0")
        }
    }

    @Test func theMachineIsAnInstanceOnceTasksStandOnIt() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            #expect(
                try await fixture.aws.call(ECS.ListContainerInstances.self, .init()).containerInstanceArns == [])
            let task = try await fixture.aws.call(ECS.RunTask.self, .init(taskDefinition: "web")).tasks?.first
            let arn = try #require(
                try await fixture.aws.call(ECS.ListContainerInstances.self, .init()).containerInstanceArns?.first)
            #expect(task?.containerInstanceArn == arn)
            let output = try await fixture.aws.call(
                ECS.DescribeContainerInstances.self, .init(containerInstances: [arn, "other"]))
            #expect(output.containerInstances?.map(\.pendingTasksCount) == [1])
            #expect(output.failures?.map(\.reason) == ["MISSING"])
            let instance = output.containerInstances?.first
            let memory = { (resources: [ECS.Resource]?) in resources?.first { $0.name == "MEMORY" }?.integerValue ?? 0 }
            #expect(memory(instance?.registeredResources) - memory(instance?.remainingResources) == 64)

            let started = try await fixture.aws.call(
                ECS.StartTask.self, .init(containerInstances: [arn, "other"], taskDefinition: "web"))
            #expect(started.tasks?.count == 1)
            #expect(started.failures?.map(\.arn) == ["other"])
            let listed = try await fixture.aws.call(ECS.ListTasks.self, .init(containerInstance: arn))
            #expect(listed.taskArns?.count == 2)
        }
    }

    @Test func attributesArePutListedAndDeleted() async throws {
        try await Fixture.with { fixture in
            let put = try await fixture.aws.call(
                ECS.PutAttributes.self, .init(attributes: [.init(name: "rack", value: "7"), .init(name: "ssd")]))
            #expect(put.attributes?.count == 2)
            let names = { () async throws -> [String]? in
                try await fixture.aws.call(ECS.ListAttributes.self, .init(targetType: .containerInstance)).attributes?
                    .map(\.name)
            }
            #expect(try await names()?.suffix(2) == ["rack", "ssd"])
            let rack = try await fixture.aws.call(
                ECS.ListAttributes.self,
                .init(targetType: .containerInstance, attributeName: "rack", attributeValue: "7"))
            #expect(rack.attributes?.count == 1)
            _ = try await fixture.aws.call(ECS.DeleteAttributes.self, .init(attributes: [.init(name: "rack")]))
            #expect(try await names()?.contains("rack") == false)
            let reserved = try await fixture.code {
                _ = try await fixture.aws.call(ECS.PutAttributes.self, .init(attributes: [.init(name: "ecs.mine")]))
            }
            #expect(reserved == "InvalidParameterException")
            let other = try await fixture.code {
                _ = try await fixture.aws.call(
                    ECS.PutAttributes.self, .init(attributes: [.init(name: "rack", targetId: "other")]))
            }
            #expect(other == "TargetNotFoundException")
        }
    }
}
