internal import DeploymentEngine
internal import Logging

extension ServiceDeployment.Notice {
    /// Statuses are what an operator wants to see; the rest is detail.
    func log(to logger: Logger) {
        switch self {
        case .statusChanged(let status):
            logger.info("service deployment status changed", metadata: ["status": "\(status.rawValue)"])
        case .failed(let cause): logger.info("service deployment failed", metadata: ["reason": "\(cause.reason)"])
        case .legBegan(let leg): logger.debug("stage began", metadata: ["stage": "\(leg)"])
        case .productionTrafficServed(let permille):
            logger.debug("production traffic moved", metadata: ["target.permille": "\(permille)"])
        case .testTrafficServed(let side): logger.debug("test traffic moved", metadata: ["side": "\(side)"])
        case .hookChanged(let view):
            logger.debug(
                "hook changed", metadata: ["stage": "\(view.stage.rawValue)", "status": "\(view.status.rawValue)"])
        case .migrationStarted(let run):
            logger.info("migration task started", metadata: ["task": "\(run.task ?? "")"])
        case .migrationSucceeded(let run):
            logger.info("migration task succeeded", metadata: ["task": "\(run.task ?? "")"])
        case .commandPostponed(let id, let reason, _):
            logger.debug("command postponed", metadata: ["command.id": "\(id)", "reason": "\(reason)"])
        }
    }
}

extension ServiceDeployment.Action {
    /// A function may take minutes: its call runs beside everything else.
    var isCall: Bool {
        switch self {
        case .invokeHook: true
        case .inspectTraffic, .reconcile, .startMigration, .stopMigration, .scaleUp, .setTestTraffic,
            .setProductionTraffic, .retire, .restore, .scaleDown:
            false
        }
    }

    /// The part of a crash point's name that says which command it is about.
    var crashPointName: String {
        switch self {
        case .inspectTraffic: "inspect-traffic"
        case .reconcile: "reconcile"
        case .startMigration: "start-migration"
        case .stopMigration: "stop-migration"
        case .scaleUp: "scale-up"
        case .setTestTraffic: "set-test-traffic"
        case .setProductionTraffic: "set-production-traffic"
        case .invokeHook: "invoke-hook"
        case .retire: "retire"
        case .restore: "restore"
        case .scaleDown: "scale-down"
        }
    }
}
