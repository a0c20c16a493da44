import DeploymentEngine
import ECSAPI
import Model
import Store
import Testing
import WireProtocol

@testable import ECSService

/// What is kept of deployments and revisions, and for how long.
@Suite struct DeploymentHistoryTests {
    private static let key = ServiceKey(region: "us-east-1", cluster: "default", name: "web")

    @Test func afterNinetyDaysTheyAreForgottenButNotTheNewest() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            try await fixture.service("web")
            try await fixture.settle()
            let long = StandingClock().now() - .hours(24 * 91)
            var machine = ServiceDeployment(
                id: .init(rawValue: "old"), plan: .init(target: .init(rawValue: "ecs-svc/1"), strategy: .rolling),
                createdAt: long)
            _ = machine.stopRequested(.abort, at: long)
            let old = machine
            try await fixture.store.write { transaction in
                try transaction.insert(
                    StoredServiceDeployment(machine: old, service: Self.key, sources: [], body: "{}"))
                try transaction.save(
                    StoredRevisionRecord(id: "ecs-svc/1", service: Self.key, createdAt: long, body: "{}"))
            }
            let isKept = { try await fixture.store.read { try $0.serviceDeployment(.init(rawValue: "old")) != nil } }
            let list = { (after: Timestamp?) in
                try await fixture.aws.call(
                    ECS.ListServiceDeployments.self,
                    .init(service: "web", createdAt: after.map { .init(after: $0) })
                ).serviceDeployments?.count
            }
            #expect(try await list(nil) == 1)
            #expect(try await list(long - .hours(1)) == 1)
            // The newest one says by which strategy the service is planned.
            _ = try await fixture.aws.call(ECS.UpdateService.self, .init(service: "web", forceNewDeployment: true))
            #expect(try await isKept())
            _ = try await fixture.aws.call(ECS.UpdateService.self, .init(service: "web", forceNewDeployment: true))
            #expect(try await !isKept())
            #expect(try await fixture.store.read { try $0.revisionRecord("ecs-svc/1") } == nil)
            #expect(try await list(nil) == 3)
        }
    }

    @Test func theFirstTaskOfARevisionDecidesOnItsImages() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            try await fixture.service("web", desiredCount: 1)
            try await fixture.settle()
            let kept = try await fixture.store.write { transaction in
                let id = try #require(try transaction.revisions(of: Self.key).first?.id)
                let first = try transaction.keepImageDigest("sha256:a", of: "app", revision: id, service: Self.key)
                let second = try transaction.keepImageDigest("sha256:b", of: "app", revision: id, service: Self.key)
                return [first, second]
            }
            #expect(kept == ["sha256:a", "sha256:a"])
            let brief = try await fixture.aws.call(ECS.ListServiceDeployments.self, .init(service: "web"))
            let revision = try await fixture.aws.call(
                ECS.DescribeServiceRevisions.self,
                .init(serviceRevisionArns: [brief.serviceDeployments?.first?.targetServiceRevisionArn ?? ""]))
            let image = try #require(revision.serviceRevisions?.first?.containerImages?.first)
            #expect(image.imageDigest == "sha256:a")
            #expect(image.image == "app:1")
        }
    }
}
