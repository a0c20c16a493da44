import ECSAPI
import Testing
import WireProtocol

@testable import ECSService

@Suite struct TaskDefinitionTests {
    @Test func onlyAnInactiveRevisionIsDeletedAndNumbersGoOn() async throws {
        try await Fixture.with { fixture in
            let arn = try await fixture.definition()
            let early = try await fixture.aws.call(
                ECS.DeleteTaskDefinitions.self, .init(taskDefinitions: ["web:1", "web:9"]))
            #expect(early.taskDefinitions == [])
            #expect(early.failures?.map(\.arn) == [arn, "web:9"])

            _ = try await fixture.aws.call(ECS.DeregisterTaskDefinition.self, .init(taskDefinition: "web:1"))
            for _ in 0..<2 {
                let deleted = try await fixture.aws.call(ECS.DeleteTaskDefinitions.self, .init(taskDefinitions: [arn]))
                #expect(deleted.failures == [])
                #expect(deleted.taskDefinitions?.map(\.status) == [.deleteInProgress])
                #expect(deleted.taskDefinitions?.first?.deleteRequestedAt == StandingClock().now())
            }
            let listed = try await fixture.aws.call(ECS.ListTaskDefinitions.self, .init(status: .deleteInProgress))
            #expect(listed.taskDefinitionArns == [arn])
            #expect(
                try await fixture.code { _ = try await fixture.service("web", definition: "web:1") }
                    == "ClientException")
            #expect(try await fixture.definition().hasSuffix("web:2"))
        }
    }

    @Test(arguments: [[], (1...11).map { "web:\($0)" }])
    func deletionNeedsOneToTenRevisions(names: [String]) async throws {
        try await Fixture.with { fixture in
            let code = try await fixture.code {
                _ = try await fixture.aws.call(ECS.DeleteTaskDefinitions.self, .init(taskDefinitions: names))
            }
            #expect(code == "InvalidParameterException")
        }
    }
}
