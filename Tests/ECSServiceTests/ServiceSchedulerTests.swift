import DeploymentEngine
import ECSAPI
import Model
import Store
import Testing
import WireProtocol

@testable import ECSService

@Suite struct ServiceSchedulerTests {
    /// Works until nothing is due any more.
    private func settle(_ agenda: inout ServiceAgenda, _ fixture: Fixture) async throws {
        while try await !fixture.scheduler.work(through: &agenda).isEmpty {}
    }

    @Test func aStartLooksAtEveryServiceAndAChangeOnlyAtItsOwn() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            for number in 0..<20 { try await fixture.service("s\(number)") }
            try await fixture.settle()
            _ = fixture.scheduler.changed.take()
            var agenda = try await fixture.scheduler.firstAgenda()
            #expect(try await fixture.scheduler.work(through: &agenda).count == 20)
            try await self.settle(&agenda, fixture)

            _ = try await fixture.aws.call(ECS.UpdateService.self, .init(service: "s7", desiredCount: 1))
            #expect(try await fixture.scheduler.work(through: &agenda).map(\.name) == ["s7"])
            // The task that it started is a change of the same service.
            #expect(try await fixture.scheduler.work(through: &agenda).map(\.name) == ["s7"])
            try await self.settle(&agenda, fixture)

            let task = try #require(
                try await fixture.aws.call(ECS.ListTasks.self, .init(serviceName: "s7")).taskArns?.first)
            _ = try await fixture.aws.call(ECS.StopTask.self, .init(task: task))
            #expect(try await fixture.scheduler.work(through: &agenda).map(\.name) == ["s7"])
        }
    }

    @Test func aTaskOfNoServiceWakesNone() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            try await fixture.service("web")
            var agenda = try await fixture.scheduler.firstAgenda()
            try await self.settle(&agenda, fixture)
            _ = try await fixture.aws.call(ECS.RunTask.self, .init(taskDefinition: "web"))
            #expect(try await fixture.scheduler.work(through: &agenda) == [])
        }
    }

    @Test func aServiceThatCannotBeReadIsTriedAgainAndHoldsUpNoOther() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            try await fixture.service("broken", desiredCount: 1)
            try await fixture.service("web", desiredCount: 1)
            try await fixture.deploy()
            let key = ServiceKey(region: "us-east-1", cluster: "default", name: "broken")
            let body = try await fixture.store.write { transaction in
                var service = try #require(try transaction.service(key))
                let body = service.body
                service.body = "{"
                try transaction.update(service)
                return body
            }
            var agenda = try await fixture.scheduler.firstAgenda()
            _ = try await fixture.scheduler.work(through: &agenda)
            try await self.settle(&agenda, fixture)
            #expect(try await fixture.tasks(of: "web").count == 1)
            #expect(agenda.nextWake == StandingClock().now() + .seconds(5))

            try await fixture.store.write { transaction in
                var service = try #require(try transaction.service(key))
                service.body = body
                try transaction.update(service)
            }
            try await self.settle(&agenda, fixture)
            #expect(try await fixture.tasks(of: "broken").count == 1)
        }
    }

    /// A plan that was made before a deployment ended must not say that it goes on.
    @Test func factsHoldNoMoreOnceTheServiceOrARevisionHasChanged() async throws {
        try await Fixture.with { fixture in
            _ = try await fixture.definition()
            try await fixture.service("web", desiredCount: 1)
            try await fixture.runTasks()
            let key = ServiceKey(region: "us-east-1", cluster: "default", name: "web")
            let facts = try #require(try await fixture.store.read { try ServiceFacts(of: key, in: $0) })
            #expect(try await fixture.store.read { try facts.stillHold(in: $0) })
            let ended = try await fixture.store.write { transaction in
                var revision = try #require(try transaction.revisions(of: key).first)
                revision.progress.rollout = .failed
                try transaction.save(revision)
                return try facts.stillHold(in: transaction)
            }
            #expect(!ended)
            let later = try #require(try await fixture.store.read { try ServiceFacts(of: key, in: $0) })
            let scaled = try await fixture.store.write { transaction in
                var service = try #require(try transaction.service(key))
                service.desiredCount = 2
                try transaction.update(service)
                return try later.stillHold(in: transaction)
            }
            #expect(!scaled)
        }
    }

    @Test func twoThousandIdleServicesAskForNothing() async throws {
        try await Fixture.with { fixture in
            let definition = try await fixture.definition()
            let now = StandingClock().now()
            try await fixture.store.write { transaction in
                for number in 0..<2000 {
                    try transaction.insertIdleService("s\(number)", definition: definition, at: now)
                }
            }
            _ = fixture.scheduler.changed.take()
            var agenda = try await fixture.scheduler.firstAgenda()
            #expect(try await fixture.scheduler.work(through: &agenda).count == 2000)
            try await self.settle(&agenda, fixture)
            // Nothing before the reminder of the steady state, hours later.
            #expect((agenda.nextWake ?? now) >= now + .hours(5))
            #expect(try await fixture.scheduler.work(through: &agenda) == [])
            agenda.happened([.everyTargetGroup])
            #expect(try await fixture.scheduler.work(through: &agenda) == [])
        }
    }

    @Suite struct Agenda {
        private let key = ServiceKey(region: "us-east-1", cluster: "default", name: "web")
        private let now = Timestamp(milliseconds: 1_000_000)

        @Test func aServiceIsDueAtItsMomentOnce() {
            var agenda = ServiceAgenda()
            agenda.looked(at: self.key, wakeAt: self.now + .seconds(5), targetGroups: [])
            #expect(agenda.nextWake == self.now + .seconds(5))
            #expect(agenda.takeDue(at: self.now) == [])
            #expect(agenda.takeDue(at: self.now + .seconds(5)) == [self.key])
            #expect(agenda.nextWake == nil)
            #expect(agenda.takeDue(at: self.now + .seconds(9)) == [])
        }

        @Test func aChangeReplacesTheMomentThatWasAskedFor() {
            var agenda = ServiceAgenda()
            agenda.looked(at: self.key, wakeAt: self.now + .seconds(5), targetGroups: [])
            agenda.servicesChanged([self.key])
            #expect(agenda.takeDue(at: self.now) == [self.key])
            #expect(agenda.nextWake == nil)
        }

        @Test func targetHealthWakesServicesWithTargetsAlsoAfterAFailedLook() {
            var agenda = ServiceAgenda()
            let other = ServiceKey(region: "us-east-1", cluster: "default", name: "worker")
            agenda.looked(at: self.key, wakeAt: nil, targetGroups: ["tg"])
            agenda.looked(at: other, wakeAt: nil, targetGroups: [])
            agenda.happened([.targetGroup("tg"), .targetGroup("other")])
            #expect(agenda.takeDue(at: self.now) == [self.key])
            agenda.failed(self.key, retryAt: self.now + .seconds(5))
            agenda.happened([.targetGroup("tg"), .targetGroup("other")])
            #expect(agenda.takeDue(at: self.now) == [self.key])
            agenda.looked(at: self.key, wakeAt: nil, targetGroups: [])
            agenda.happened([.targetGroup("tg"), .targetGroup("other")])
            #expect(agenda.takeDue(at: self.now) == [])
        }
    }
}

extension StoreTransaction {
    /// A service of the ECS controller that wants no task and has none.
    fileprivate func insertIdleService(_ name: String, definition: String, at now: Timestamp) throws {
        let key = ServiceKey(region: "us-east-1", cluster: "default", name: name)
        let body = ECS.CreateServiceRequest(serviceName: name, taskDefinition: definition, desiredCount: 0)
        try self.insert(
            StoredService(
                key: key, status: .active, controller: .ecs, desiredCount: 0, createdAt: now, steadySince: nil,
                clientToken: nil, body: StoredShape.encode(body)))
        try self.save(
            StoredServiceRevision(
                id: "ecs-svc/\(name)", service: key, role: .primary, scale: 100, clientToken: nil,
                progress: RevisionProgress(), createdAt: now, updatedAt: now,
                body: StoredShape.encode(ECS.TaskSet(taskDefinition: definition))))
    }
}
