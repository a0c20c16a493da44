internal import DeploymentEngine
internal import Foundation
internal import Testing

/// Thousands of small random worlds. `TEAL_SIMULATION_SEEDS` says how many (10,000), `TEAL_SIMULATION_SEED` runs one
/// again.
@Suite struct SimulationTests {
    @Test func invariantsHoldInEveryWorld() {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["TEAL_SIMULATION_SEED"].flatMap(UInt64.init) {
            return self.expectPeace(seed)
        }
        let count = environment["TEAL_SIMULATION_SEEDS"].flatMap(UInt64.init) ?? 10_000
        for seed in 0..<count { self.expectPeace(seed) }
    }

    @Test(arguments: Sabotage.allCases)
    func plantedBugIsFound(_ sabotage: Sabotage) throws {
        let violation = (0..<UInt64(400)).lazy.compactMap { seed -> Violation? in
            var world = World(seed: seed, sabotage: sabotage)
            do throws(Violation) {
                try world.run()
                return nil
            } catch {
                return error
            }
        }.first
        let found = try #require(violation)
        #expect(sabotage.traces.contains { found.what.contains($0) }, "\(found)")
    }

    @Test func aSeedAlwaysGivesTheSameHistory() throws {
        var first = World(seed: 7)
        var second = World(seed: 7)
        try first.run()
        try second.run()
        #expect(first.deployments == second.deployments)
    }

    /// The worlds are of use only if they come by every way out.
    @Test func worldsReachEveryEnding() throws {
        var codes: Set<String> = []
        for seed in 0..<UInt64(600) {
            var world = World(seed: seed)
            try world.run()
            for deployment in world.deployments {
                codes.insert(deployment.errorInformation?.code.rawValue ?? deployment.status.rawValue)
            }
        }
        #expect(
            codes.isSuperset(of: [
                "Succeeded", "HOOK_EXECUTION_FAILURE", "TIMEOUT", "MANUAL_STOP", "ALARM_ACTIVE", "ECS_UPDATE_ERROR",
                "ELASTIC_LOAD_BALANCING_INVALID", "INVALID_LAMBDA_FUNCTION",
            ]), "\(codes)")
    }

    private func expectPeace(_ seed: UInt64) {
        var world = World(seed: seed)
        do throws(Violation) {
            try world.run()
        } catch {
            Issue.record("\(error)")
        }
    }
}
