import ECSAPI
import Model
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

    @Test func volumesNetworkAndMountsAreCheckedByName() async throws {
        typealias Input = ECS.RegisterTaskDefinition.Input
        func input(
            _ mode: ECS.NetworkMode? = nil, _ volumes: [ECS.Volume] = [],
            change: (inout ECS.ContainerDefinition) -> Void
        ) -> Input {
            var container = ECS.ContainerDefinition(name: "app", image: "app:1", memory: 64)
            change(&container)
            return Input(family: "web", networkMode: mode, containerDefinitions: [container], volumes: volumes)
        }
        let docker = ECS.DockerVolumeConfiguration(scope: .task, autoprovision: true)
        let cases: [(Input, String)] = [
            (
                input { $0.mountPoints = [.init(sourceVolume: "data", containerPath: "/data")] },
                "Unknown volume 'data'."
            ),
            (
                input(nil, [.init(name: "data")]) { $0.mountPoints = [.init(sourceVolume: "data")] },
                "Container 'app': the mount point of volume 'data' needs a containerPath."
            ),
            (
                input(nil, [.init(name: "data"), .init(name: "data")]) { _ in },
                "Two volumes can not have the same name: 'data'."
            ),
            (
                input(nil, [.init(name: "data", host: .init(sourcePath: "/data"), dockerVolumeConfiguration: .init())])
                { _ in
                },
                "When the volume parameter is specified, only one volume configuration type should be used. (volume 'data')"
            ),
            (
                input(nil, [.init(name: "data", dockerVolumeConfiguration: docker)]) { _ in },
                "Volume 'data': autoprovision is only valid for volumes of shared scope."
            ),
            (
                input {
                    $0.linuxParameters = .init(tmpfs: [.init(containerPath: "/t", size: 1, mountOptions: ["rx"])])
                },
                "Container 'app': unknown tmpfs mount option 'rx'."
            ),
            (input(.awsvpc) { $0.hostname = "h" }, "hostname is not supported on container when networkMode=awsvpc."),
            (
                input(.awsvpc) { $0.extraHosts = [.init(hostname: "db", ipAddress: "10.0.0.1")] },
                "Extra hosts are not supported when networkMode=awsvpc."
            ),
            (input(.awsvpc) { $0.links = ["db"] }, "Links are not supported when networkMode=awsvpc."),
            (
                input { $0.links = ["db:database"] },
                "Container 'app' has a link to, or volumes from, 'db', which does not exist."
            ),
            (
                input { $0.volumesFrom = [.init(sourceContainer: "app")] },
                "Container dependencies form a cycle: app."
            ),
        ]
        try await Fixture.with { fixture in
            for (input, message) in cases {
                await #expect {
                    _ = try await fixture.aws.call(ECS.RegisterTaskDefinition.self, input)
                } throws: { error in
                    let error = error as? AWSError
                    return error?.code == "ClientException" && error?.message == message
                }
            }
            let accepted = input(nil, [.init(name: "data", host: .init())]) {
                $0.hostname = "h"
                $0.mountPoints = [.init(sourceVolume: "data", containerPath: "/data")]
                $0.linuxParameters = .init(
                    tmpfs: [.init(containerPath: "/t", size: 1, mountOptions: ["rw", "mode=700"])])
            }
            _ = try await fixture.aws.call(ECS.RegisterTaskDefinition.self, accepted)
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

    @Test func aDeletedRevisionIsGoneWhenNothingUsesItAndItsNumberIsNotUsedAgain() async throws {
        try await Fixture.with { fixture in
            let arn = try await fixture.definition()
            try await fixture.service("web", desiredCount: 1)
            try await fixture.runTasks()
            _ = try await fixture.aws.call(ECS.DeregisterTaskDefinition.self, .init(taskDefinition: arn))
            _ = try await fixture.aws.call(ECS.DeleteTaskDefinitions.self, .init(taskDefinitions: [arn]))
            let describe = {
                try await fixture.aws.call(ECS.DescribeTaskDefinition.self, .init(taskDefinition: arn)).taskDefinition
            }
            let clock = StandingClock()
            let early = await fixture.deletions(at: clock.now()).sweep()
            #expect(early == clock.now() + .seconds(60))
            let later = fixture.deletions(at: clock.now() + .seconds(61))
            #expect(await later.sweep() == nil)
            #expect(try await describe()?.status == .deleteInProgress)

            _ = try await fixture.aws.call(ECS.DeleteService.self, .init(service: "web", force: true))
            try await fixture.settle()
            try await fixture.endStoppedTasks()
            #expect(await later.sweep() == nil)
            #expect(try await fixture.code { _ = try await describe() } == "ClientException")
            #expect(try await fixture.definition().hasSuffix("web:2"))
        }
    }
}
