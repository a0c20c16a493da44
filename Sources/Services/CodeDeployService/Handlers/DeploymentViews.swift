internal import CodeDeployAPI
internal import DeploymentEngine
internal import ECSAPI
internal import Store
internal import WireProtocol

extension StoredDeployment {
    /// `deploymentInfo`: what its creation said, and how far it has come.
    func information() throws -> CodeDeploy.DeploymentInfo {
        var information = try StoredShape.decode(CodeDeploy.DeploymentInfo.self, from: self.body)
        let machine = self.machine
        information.applicationName = self.applicationName
        information.deploymentGroupName = self.groupName
        information.deploymentId = machine.id.rawValue
        information.status = .init(rawValue: machine.status.rawValue)
        information.errorInformation = machine.errorInformation.map {
            CodeDeploy.ErrorInformation(code: .init(rawValue: $0.code.rawValue), message: $0.message)
        }
        information.createTime = machine.createTime
        information.startTime = machine.startTime
        information.completeTime = machine.completeTime
        information.deploymentOverview = machine.status.isActive ? nil : self.overview
        information.rollbackInfo = self.rollbackInformation
        information.instanceTerminationWaitTimeStarted = machine.isTerminationWaitStarted
        return information
    }

    private var overview: CodeDeploy.DeploymentOverview {
        func count(_ status: CodeDeployDeployment.TargetStatus) -> Int { self.machine.targetStatus == status ? 1 : 0 }
        return CodeDeploy.DeploymentOverview(
            pending: count(.pending), inProgress: count(.inProgress), succeeded: count(.succeeded),
            failed: count(.failed),
            skipped: count(.skipped), ready: count(.ready))
    }

    private var rollbackInformation: CodeDeploy.RollbackInfo? {
        switch self.machine.rollbackInformation {
        case .none: nil
        case .rolledBack(let id, let message):
            CodeDeploy.RollbackInfo(rollbackDeploymentId: id.rawValue, rollbackMessage: message)
        case .rollsBack(let id, let message):
            CodeDeploy.RollbackInfo(rollbackTriggeringDeploymentId: id.rawValue, rollbackMessage: message)
        }
    }

    /// The deployment's one target.
    /// - Parameters:
    ///   - live: the service's task sets as ECS shows them now; a set that is missing there is gone.
    ///   - hookLog: the end of what the failed hook function logged.
    func target(live: [ECS.TaskSet], hookLog: String) -> CodeDeploy.DeploymentTarget {
        CodeDeploy.DeploymentTarget(
            deploymentTargetType: .ecsTarget,
            ecsTarget: CodeDeploy.ECSTarget(
                deploymentId: self.machine.id.rawValue, targetId: self.route.targetID, targetArn: self.route.serviceARN,
                lastUpdatedAt: self.machine.lastUpdatedAt,
                lifecycleEvents: self.machine.lifecycleEvents.map { $0.shape(logTail: hookLog) },
                status: .init(rawValue: self.machine.targetStatus.rawValue),
                taskSetsInfo: self.machine.taskSets.map { view in
                    self.taskSet(view, live.first { $0.id == view.taskSet.id.rawValue })
                }))
    }

    private func taskSet(_ view: CodeDeployDeployment.TaskSetView, _ live: ECS.TaskSet?) -> CodeDeploy.ECSTaskSet {
        CodeDeploy.ECSTaskSet(
            identifer: view.taskSet.id.rawValue, desiredCount: live?.computedDesiredCount ?? 0,
            pendingCount: live?.pendingCount ?? 0, runningCount: live?.runningCount ?? 0,
            status: live?.status ?? "DRAINING",
            trafficWeight: view.trafficWeight,
            targetGroup: CodeDeploy.TargetGroupInfo(
                name: self.route.targetGroupNames[view.taskSet.targetGroup.rawValue]
                    ?? view.taskSet.targetGroup.rawValue),
            taskSetLabel: .init(rawValue: view.label.rawValue))
    }
}

extension LifecycleEventRecord {
    fileprivate func shape(logTail: String) -> CodeDeploy.LifecycleEvent {
        CodeDeploy.LifecycleEvent(
            lifecycleEventName: self.name.rawValue,
            diagnostics: self.diagnostics.map {
                CodeDeploy.Diagnostics(
                    errorCode: .init(rawValue: $0.code.rawValue), scriptName: $0.scriptName, message: $0.message,
                    logTail: logTail)
            },
            startTime: self.startTime, endTime: self.endTime, status: .init(rawValue: self.statusName))
    }
}
