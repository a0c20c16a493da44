internal import DeploymentEngine
internal import Logging

extension CodeDeployDeployment.Notice {
    /// Statuses are what an operator wants to see; the rest is detail.
    func log(to logger: Logger) {
        switch self {
        case .statusChanged(let status):
            logger.info("deployment status changed", metadata: ["status": "\(status.rawValue)"])
        case .lifecycleEventChanged(let record):
            logger.debug(
                "lifecycle event changed",
                metadata: ["event": "\(record.name.rawValue)", "status": "\(record.statusName)"])
        case .productionTrafficServed(let traffic):
            logger.debug("production traffic moved", metadata: ["replacement.percent": "\(traffic.replacementPercent)"])
        case .testTrafficServed(let group):
            logger.debug("test traffic moved", metadata: ["target-group": "\(group)"])
        case .migrationStarted(let run):
            logger.info("migration task started", metadata: ["task": "\(run.task ?? "")"])
        case .migrationSucceeded(let run):
            logger.info("migration task succeeded", metadata: ["task": "\(run.task ?? "")"])
        case .taskSetCreated(let taskSet):
            logger.debug("task set created", metadata: ["task-set.id": "\(taskSet.id)"])
        case .primaryTaskSetUpdated(let id):
            logger.debug("primary task set updated", metadata: ["task-set.id": "\(id)"])
        case .taskSetDeleted(let id):
            logger.debug("task set deleted", metadata: ["task-set.id": "\(id)"])
        case .commandPostponed(let id, let reason, _):
            logger.debug("command postponed", metadata: ["command.id": "\(id)", "reason": "\(reason)"])
        }
    }
}

extension CodeDeployDeployment.Action {
    /// The part of a crash point's name that says which command it is about.
    var crashPointName: String {
        switch self {
        case .inspectService: "inspect-service"
        case .startMigration: "start-migration"
        case .stopMigration: "stop-migration"
        case .createTaskSet: "create-task-set"
        case .setProductionTraffic: "set-production-traffic"
        case .setTestTraffic: "set-test-traffic"
        case .invokeHook: "invoke-hook"
        case .updatePrimaryTaskSet: "update-primary-task-set"
        case .deleteTaskSet: "delete-task-set"
        }
    }
}
