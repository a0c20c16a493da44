internal import DeploymentEngine
internal import Foundation
internal import Testing

/// 10,000 services, of which 1,000 are deployed at once. `TEAL_FLEET` is another number of services, of which a tenth is
/// deployed.
@Suite struct FleetTests {
    private static let size = ProcessInfo.processInfo.environment["TEAL_FLEET"].flatMap { Int($0) } ?? 500

    @Test func deploymentsCostTheSameHoweverManyServicesThereAre() throws {
        let deployments = Self.size / 10
        let small = try Self.measure(services: deployments, deployments: deployments)
        let large = try Self.measure(services: Self.size, deployments: deployments)
        #expect(small.events == large.events)
        print(
            """
            fleet: \(deployments) deployments at once, \(small.events) events; of \(deployments) services \(small.rate) events a \
            second, of \(Self.size) services \(large.rate) a second; \(large.bytes) bytes a service
            """)
    }

    private static func measure(services: Int, deployments: Int) throws -> (events: Int, rate: Int, bytes: Int) {
        let memory = Self.residentBytes
        var fleet = Fleet(count: services)
        try fleet.settle()
        #expect(fleet.worlds.allSatisfy { $0.deployments.map(\.status) == [.successful] })
        let bytes = (Self.residentBytes - memory) / services
        let before = fleet.events
        let begin = ContinuousClock.now
        try fleet.deploy(deployments)
        #expect(fleet.activeCount == deployments)
        try fleet.settle()
        let seconds = begin.duration(to: .now) / .seconds(1)
        #expect(
            fleet.worlds.prefix(deployments).allSatisfy { $0.deployments.map(\.status) == [.successful, .successful] })
        let events = fleet.events - before
        return (events, Int(Double(events) / seconds), bytes)
    }

    private static var residentBytes: Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4096 } ?? 0
    }
}
