extension ServiceDeployment {
    /// Where hooks can run (`DeploymentLifecycleHookStage`).
    package enum HookStage: String, Hashable, Sendable, Codable, CaseIterable {
        case reconcileService = "RECONCILE_SERVICE"
        case preScaleUp = "PRE_SCALE_UP"
        case postScaleUp = "POST_SCALE_UP"
        case testTrafficShift = "TEST_TRAFFIC_SHIFT"
        case postTestTrafficShift = "POST_TEST_TRAFFIC_SHIFT"
        case preProductionTrafficShift = "PRE_PRODUCTION_TRAFFIC_SHIFT"
        case productionTrafficShift = "PRODUCTION_TRAFFIC_SHIFT"
        case postProductionTrafficShift = "POST_PRODUCTION_TRAFFIC_SHIFT"
    }

    /// What a deployment shows of its way (`ServiceDeploymentLifecycleStage`).
    package enum LifecycleStage: String, Hashable, Sendable, Codable, CaseIterable {
        case reconcileService = "RECONCILE_SERVICE"
        case preScaleUp = "PRE_SCALE_UP"
        case scaleUp = "SCALE_UP"
        case postScaleUp = "POST_SCALE_UP"
        case testTrafficShift = "TEST_TRAFFIC_SHIFT"
        case postTestTrafficShift = "POST_TEST_TRAFFIC_SHIFT"
        case productionTrafficShift = "PRODUCTION_TRAFFIC_SHIFT"
        case postProductionTrafficShift = "POST_PRODUCTION_TRAFFIC_SHIFT"
        case bakeTime = "BAKE_TIME"
        case cleanUp = "CLEAN_UP"
    }

    /// A part of the way. On each the same happens in the same order, as far as it has it: a call, a wait for tasks, hooks, a
    /// rest.
    package enum Leg: Hashable, Sendable, Codable {
        /// Before the first stage: do the listener rules fit to the service?
        case inspection
        case reconcileService
        case preScaleUp
        /// Of a target whose task definition asks for one: its task runs, and its exit code decides.
        case migration
        case scaleUp
        case postScaleUp
        case testTrafficShift
        case postTestTrafficShift
        case preProductionTrafficShift(step: Int)
        case productionTrafficShift(step: Int)
        case postProductionTrafficShift
        case bakeTime
        case cleanUp
        /// The way back begins at the first of these four that has something to undo.
        case restoreSource
        case returnProductionTraffic
        case returnTestTraffic
        case scaleDown

        var hookStage: HookStage? {
            switch self {
            case .inspection, .migration, .scaleUp, .bakeTime, .cleanUp, .restoreSource, .scaleDown: nil
            case .reconcileService: .reconcileService
            case .preScaleUp: .preScaleUp
            case .postScaleUp: .postScaleUp
            case .testTrafficShift, .returnTestTraffic: .testTrafficShift
            case .postTestTrafficShift: .postTestTrafficShift
            case .preProductionTrafficShift: .preProductionTrafficShift
            case .productionTrafficShift, .returnProductionTraffic: .productionTrafficShift
            case .postProductionTrafficShift: .postProductionTrafficShift
            }
        }

        /// PRE_PRODUCTION_TRAFFIC_SHIFT has hooks, but is no stage that a deployment can show.
        var lifecycleStage: LifecycleStage? {
            switch self {
            case .inspection: nil
            case .reconcileService: .reconcileService
            // AWS has no stage for it: nothing of the target is started yet.
            case .preScaleUp, .migration: .preScaleUp
            case .scaleUp, .restoreSource, .scaleDown: .scaleUp
            case .postScaleUp: .postScaleUp
            case .testTrafficShift, .returnTestTraffic: .testTrafficShift
            case .postTestTrafficShift: .postTestTrafficShift
            case .preProductionTrafficShift(let step): step == 0 ? .postTestTrafficShift : .productionTrafficShift
            case .productionTrafficShift, .returnProductionTraffic: .productionTrafficShift
            case .postProductionTrafficShift: .postProductionTrafficShift
            case .bakeTime: .bakeTime
            case .cleanUp: .cleanUp
            }
        }
    }

    /// The leg after `leg`; `nil` after the last one of the course.
    func leg(after leg: Leg) -> Leg? {
        let isRolling = self.plan.strategy == .rolling
        return switch leg {
        case .inspection: self.record.needsReconciling ? .reconcileService : .preScaleUp
        case .reconcileService: .preScaleUp
        case .preScaleUp: self.plan.migration == nil ? .scaleUp : .migration
        case .migration: .scaleUp
        case .scaleUp: isRolling ? .bakeTime : .postScaleUp
        case .postScaleUp: .testTrafficShift
        case .testTrafficShift: .postTestTrafficShift
        case .postTestTrafficShift: .preProductionTrafficShift(step: 0)
        case .preProductionTrafficShift(let step): .productionTrafficShift(step: step)
        case .productionTrafficShift(let step):
            step + 1 < self.shares.count ? .preProductionTrafficShift(step: step + 1) : .postProductionTrafficShift
        case .postProductionTrafficShift: .bakeTime
        case .bakeTime: isRolling ? nil : .cleanUp
        case .cleanUp: nil
        case .restoreSource: .returnProductionTraffic
        case .returnProductionTraffic: self.record.hasMovedTest ? .returnTestTraffic : .scaleDown
        case .returnTestTraffic: .scaleDown
        case .scaleDown: nil
        }
    }

    /// A first deployment takes everything at once: nothing else could answer.
    var shares: [Int] { self.record.source == nil ? [1000] : self.plan.strategy.shares }
}
