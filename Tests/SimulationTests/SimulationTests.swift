internal import DeploymentEngine
internal import Testing

/// Thousands of small random worlds of each engine; `Seeds` says which.
@Suite struct SimulationTests {
    @Test func invariantsHoldInEveryWorldOfCodeDeploy() {
        Seeds().run(CodeDeployWorld.self, count: 10_000)
    }

    /// In halves, one beside the other.
    @Test(arguments: [0, 1] as [UInt64])
    func invariantsHoldInEveryNativeWorld(half: UInt64) {
        Seeds().run(NativeWorld.self, count: 20_000, part: half, of: 2)
    }

    @Test(arguments: Sabotage.allCases)
    func plantedBugIsFound(_ sabotage: Sabotage) throws {
        try Self.expect(sabotage.traces) { CodeDeployWorld(seed: $0, sabotage: sabotage) }
    }

    @Test(arguments: NativeSabotage.allCases)
    func plantedBugIsFound(_ sabotage: NativeSabotage) throws {
        try Self.expect(sabotage.traces) { NativeWorld(seed: $0, sabotage: sabotage) }
    }

    private static func expect(_ traces: [String], in world: (UInt64) -> some SimulatedWorld) throws {
        for seed in 0..<UInt64(1000) {
            var world = world(seed)
            do throws(Violation) {
                try world.run()
            } catch {
                #expect(traces.contains { error.what.contains($0) }, "\(error)")
                return
            }
        }
        Issue.record("1000 worlds, and none objects")
    }

    @Test func aSeedAlwaysGivesTheSameHistory() throws {
        for seed in 0..<UInt64(20) {
            var codeDeploy = (CodeDeployWorld(seed: seed), CodeDeployWorld(seed: seed))
            try codeDeploy.0.run()
            try codeDeploy.1.run()
            #expect(codeDeploy.0.deployments == codeDeploy.1.deployments)
            var native = (NativeWorld(seed: seed), NativeWorld(seed: seed))
            try native.0.run()
            try native.1.run()
            #expect(native.0.deployments == native.1.deployments)
            #expect(native.0.roster == native.1.roster)
        }
    }

    /// The worlds are of use only if they come by every way out.
    @Test func worldsOfCodeDeployReachEveryEnding() throws {
        var codes: Set<String> = []
        for seed in 0..<UInt64(600) {
            var world = CodeDeployWorld(seed: seed)
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

    @Test func nativeWorldsReachEveryLegAndEveryEnding() throws {
        var seen: Set<String> = []
        for seed in 0..<UInt64(1200) {
            var world = NativeWorld(seed: seed)
            try world.run()
            for deployment in world.deployments {
                seen.insert(deployment.status.rawValue)
                for leg in deployment.legs { seen.insert(Self.word(leg.leg)) }
                for view in deployment.hookViews { seen.insert(view.status.rawValue) }
                if let cause = deployment.cause { seen.insert(Self.word(cause)) }
            }
        }
        let wanted: Set<String> = [
            "SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED", "FAILED", "TIMED_OUT", "SUCCEEDED",
            "inspection", "reconcileService", "preScaleUp", "scaleUp", "postScaleUp", "testTrafficShift",
            "postTestTrafficShift", "preProductionTrafficShift", "productionTrafficShift", "postProductionTrafficShift",
            "bakeTime", "cleanUp", "restoreSource", "returnProductionTraffic", "returnTestTraffic", "scaleDown",
            "circuitBreaker", "alarms", "hook", "hookTimedOut", "pauseTimedOut", "pauseRejected", "stopRequested",
            "superseded", "commandFailed", "stageTimedOut",
        ]
        #expect(wanted.subtracting(seen) == [])
    }

    /// The name of an enumeration's case, without its values.
    private static func word(_ value: some Any) -> String { String("\(value)".prefix { $0 != "(" }) }
}
