import ECSAPI
import Testing
import WireProtocol

@testable import ECSService

@Suite struct TaskTests {
    private func run(_ fixture: Fixture, _ input: ECS.RunTaskRequest) async throws -> [ECS.Task] {
        try await fixture.aws.call(ECS.RunTask.self, input).tasks ?? []
    }

    @Test func tasksAreListedByWhatTheyAre() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            try await fixture.service("web", desiredCount: 2)
            try await fixture.runTasks()
            let mine = try await self.run(fixture, .init(startedBy: "ci", taskDefinition: "web"))
            let count = { (input: ECS.ListTasksRequest) in
                try await fixture.aws.call(ECS.ListTasks.self, input).taskArns?.count
            }
            #expect(try await count(.init()) == 3)
            #expect(try await count(.init(startedBy: "ci")) == 1)
            #expect(try await count(.init(family: "web")) == 3)
            #expect(try await count(.init(family: "we")) == 0)
            #expect(try await count(.init(serviceName: "web")) == 2)
            #expect(try await count(.init(launchType: .fargate)) == 0)
            #expect(try await count(.init(desiredStatus: .pending)) == 0)
            _ = try await fixture.aws.call(ECS.StopTask.self, .init(task: mine.first?.taskArn ?? "", reason: "enough"))
            #expect(try await count(.init(startedBy: "ci")) == 0)
            #expect(try await count(.init(startedBy: "ci", desiredStatus: .stopped)) == 1)
            let page = try await fixture.aws.call(ECS.ListTasks.self, .init(maxResults: 1))
            #expect(page.taskArns?.count == 1)
            #expect(try await count(.init(nextToken: page.nextToken)) == 1)
            #expect(
                try await fixture.code { _ = try await count(.init(serviceName: "none")) } == "ServiceNotFoundException"
            )
            #expect(
                try await fixture.code { _ = try await count(.init(maxResults: 101)) } == "InvalidParameterException")
            #expect(
                try await fixture.code { _ = try await count(.init(containerInstance: "x")) }
                    == "InvalidParameterException")
        }
    }

    @Test func theFirstReasonToStopStays() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            let arn = try #require(try await self.run(fixture, .init(taskDefinition: "web")).first?.taskArn)
            _ = try await fixture.aws.call(ECS.StopTask.self, .init(task: arn, reason: "first"))
            let task = try await fixture.aws.call(ECS.StopTask.self, .init(task: arn, reason: "second")).task
            #expect(task?.stoppedReason == "first")
            #expect(task?.stopCode == .userInitiated)
            #expect(task?.desiredStatus == "STOPPED")
        }
    }

    @Test func whatACallLacksOrOverdoesIsRefused() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            let long = String(repeating: "x", count: 9000)
            let refused: [ECS.RunTaskRequest] = [
                .init(count: 0, taskDefinition: "web"), .init(count: 11, taskDefinition: "web"),
                .init(startedBy: String(repeating: "x", count: 129), taskDefinition: "web"),
                .init(propagateTags: .service, taskDefinition: "web"),
                .init(
                    overrides: .init(containerOverrides: [.init(name: "app", command: [long])]), taskDefinition: "web"),
                .init(overrides: .init(containerOverrides: [.init(name: "none")]), taskDefinition: "web"),
                .init(taskDefinition: "web", clientToken: String(repeating: "x", count: 65)),
            ]
            for input in refused {
                let code = try await fixture.code { _ = try await self.run(fixture, input) }
                #expect(code == "InvalidParameterException")
            }
            #expect(
                try await fixture.code { _ = try await self.run(fixture, .init(taskDefinition: "none")) }
                    == "ClientException")
            #expect(
                try await fixture.code {
                    _ = try await self.run(fixture, .init(cluster: "none", taskDefinition: "web"))
                }
                    == "ClusterNotFoundException")
            #expect(try await fixture.aws.call(ECS.ListTasks.self, .init()).taskArns == [])
        }
    }

    @Test func noTaskCanBeEntered() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            let enter = { (task: String, container: String?) in
                try await fixture.error {
                    _ = try await fixture.aws.call(
                        ECS.ExecuteCommand.self,
                        .init(container: container, command: "sh", interactive: true, task: task))
                }
            }
            #expect(try await enter("none", nil)?.code == "InvalidParameterException")
            _ = try await fixture.aws.call(
                ECS.CreateService.self,
                .init(serviceName: "web", taskDefinition: "web", desiredCount: 1, enableExecuteCommand: true))
            try await fixture.service("closed", desiredCount: 1)
            try await fixture.runTasks()
            let open = try #require(try await fixture.tasks(of: "web").first?.taskArn)
            #expect(try await enter(open, nil)?.code == "TargetNotConnectedException")
            #expect(try await enter(open, "other")?.code == "InvalidParameterException")
            let closed = try #require(try await fixture.tasks(of: "closed").first?.taskArn)
            #expect(try await enter(closed, "app")?.message.contains("execute command was not enabled") == true)
        }
    }

    @Test func tagsComeFromWhereTheServiceSays() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            _ = try await fixture.aws.call(
                ECS.CreateService.self,
                .init(
                    serviceName: "web", taskDefinition: "web", desiredCount: 1, tags: [.init(key: "team", value: "a")],
                    enableECSManagedTags: true, propagateTags: .service))
            try await fixture.settle()
            let arns = try await fixture.aws.call(ECS.ListTasks.self, .init(serviceName: "web")).taskArns ?? []
            let shown = { (include: [ECS.TaskField]?) in
                try await fixture.aws.call(ECS.DescribeTasks.self, .init(tasks: arns, include: include)).tasks?.first?
                    .tags
            }
            #expect(try await shown(nil) == [])
            #expect(
                Set(try await shown([.tags])?.compactMap(\.key) ?? [])
                    == ["team", "aws:ecs:clusterName", "aws:ecs:serviceName"])
        }
    }
}
