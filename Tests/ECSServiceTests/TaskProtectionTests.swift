import ECSAPI
import Model
import Testing
import WireProtocol

@testable import ECSService

@Suite struct TaskProtectionTests {
    @Test func protectedTasksOutliveAScaleIn() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            try await fixture.service("web", desiredCount: 3)
            try await fixture.runTasks()
            let arns = try await fixture.tasks(of: "web").compactMap(\.taskArn)
            let kept = Array(arns.prefix(2))
            let output = try await fixture.aws.call(
                ECS.UpdateTaskProtection.self, .init(cluster: "default", tasks: kept, protectionEnabled: true))
            #expect(output.protectedTasks?.map(\.protectionEnabled) == [true, true])
            #expect(output.protectedTasks?.first?.expirationDate == StandingClock().now() + .seconds(7200))

            _ = try await fixture.aws.call(ECS.UpdateService.self, .init(service: "web", desiredCount: 0))
            try await fixture.settle()
            #expect(Set(try await fixture.tasks(of: "web").compactMap(\.taskArn)) == Set(kept))

            _ = try await fixture.aws.call(
                ECS.UpdateTaskProtection.self, .init(cluster: "default", tasks: kept, protectionEnabled: false))
            try await fixture.settle()
            #expect(try await fixture.tasks(of: "web").isEmpty)
        }
    }

    @Test func onlyRunningTasksOfServicesAreProtected() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            let alone = try await fixture.aws.call(ECS.RunTask.self, .init(taskDefinition: "web")).tasks?.first?.taskArn
            let output = try await fixture.aws.call(
                ECS.UpdateTaskProtection.self,
                .init(cluster: "default", tasks: [alone ?? "", "none"], protectionEnabled: true))
            #expect(output.protectedTasks == [])
            #expect(output.failures?.map(\.reason) == ["TASK_NOT_VALID", "TASK_NOT_FOUND"])
            let shown = try await fixture.aws.call(
                ECS.GetTaskProtection.self, .init(cluster: "default", tasks: [alone ?? ""]))
            #expect(shown.failures?.map(\.reason) == ["TASK_NOT_VALID"])
            for minutes in [0, 2881] {
                let code = try await fixture.code {
                    _ = try await fixture.aws.call(
                        ECS.UpdateTaskProtection.self,
                        .init(cluster: "default", tasks: ["x"], protectionEnabled: true, expiresInMinutes: minutes))
                }
                #expect(code == "InvalidParameterException")
            }
        }
    }
}
