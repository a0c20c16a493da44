internal import CodeDeployAPI
package import DeploymentDriving
package import Logging
package import Model
package import ServiceLifecycle
package import Store
package import WireProtocol

/// The CodeDeploy API for the ECS compute platform, and the controller that drives its deployments.
package struct CodeDeployHandlers: Sendable {
    let store: Store
    let aws: AWSClient
    let clock: any WallClock
    let timeScale: TimeScale
    let ledger: DeploymentLedger
    private let controller: any Service

    /// - Parameter aws: reaches ECS, ELBv2 and Lambda; calls go out as CodeDeploy itself.
    package init(
        store: Store, aws: AWSClient, clock: any WallClock, timeScale: TimeScale, wakeSource: WakeSource = .changes,
        attemptLimit: AttemptLimit = .standard, logger: Logger
    ) {
        let aws = AWSClient(transport: aws.transport, scope: aws.scope, principal: .service("codedeploy.amazonaws.com"))
        self.store = store
        self.aws = aws
        self.clock = clock
        self.timeScale = timeScale
        let ledger = DeploymentLedger(store: store, clock: clock)
        self.ledger = ledger
        self.controller = DeploymentController(
            store: store, clock: clock, logger: logger, newcomers: { try $0.activeCodeDeployDeployments(after: $1) }
        ) { id, logger -> CodeDeployDriver? in
            guard let stored = try await store.read({ try $0.codeDeployDeployment(id) }) else { return nil }
            var logger = logger
            logger[metadataKey: "deployment.id"] = "\(id)"
            return CodeDeployDriver(
                id: id, wakeTopics: stored.wakeTopics, wakeSubjects: stored.wakeSubjects, store: store, ledger: ledger,
                aws: aws, clock: clock,
                wakeSource: wakeSource, attemptLimit: attemptLimit, logger: logger)
        }
    }

    package var services: [any Service] { [self.controller] }

    package func register(in registry: inout OperationRegistry) {
        registry.register(CodeDeploy.service, validationErrors: .codeDeploy)
        self.registerApplications(in: &registry)
        self.registerGroups(in: &registry)
        self.registerDeployments(in: &registry)
        registry.handle(CodeDeploy.TagResource.self, self.tagResource)
        registry.handle(CodeDeploy.UntagResource.self, self.untagResource)
        registry.handle(CodeDeploy.ListTagsForResource.self, self.listTagsForResource)
    }

    private func registerApplications(in registry: inout OperationRegistry) {
        registry.handle(CodeDeploy.CreateApplication.self, self.createApplication)
        registry.handle(CodeDeploy.UpdateApplication.self, self.updateApplication)
        registry.handle(CodeDeploy.DeleteApplication.self, self.deleteApplication)
        registry.handle(CodeDeploy.GetApplication.self, self.getApplication)
        registry.handle(CodeDeploy.BatchGetApplications.self, self.batchGetApplications)
        registry.handle(CodeDeploy.ListApplications.self, self.listApplications)
        registry.handle(CodeDeploy.RegisterApplicationRevision.self, self.registerApplicationRevision)
        registry.handle(CodeDeploy.GetApplicationRevision.self, self.getApplicationRevision)
        registry.handle(CodeDeploy.BatchGetApplicationRevisions.self, self.batchGetApplicationRevisions)
        registry.handle(CodeDeploy.ListApplicationRevisions.self, self.listApplicationRevisions)
    }

    private func registerGroups(in registry: inout OperationRegistry) {
        registry.handle(CodeDeploy.CreateDeploymentConfig.self, self.createDeploymentConfig)
        registry.handle(CodeDeploy.DeleteDeploymentConfig.self, self.deleteDeploymentConfig)
        registry.handle(CodeDeploy.GetDeploymentConfig.self, self.getDeploymentConfig)
        registry.handle(CodeDeploy.ListDeploymentConfigs.self, self.listDeploymentConfigs)
        registry.handle(CodeDeploy.CreateDeploymentGroup.self, self.createDeploymentGroup)
        registry.handle(CodeDeploy.UpdateDeploymentGroup.self, self.updateDeploymentGroup)
        registry.handle(CodeDeploy.DeleteDeploymentGroup.self, self.deleteDeploymentGroup)
        registry.handle(CodeDeploy.GetDeploymentGroup.self, self.getDeploymentGroup)
        registry.handle(CodeDeploy.BatchGetDeploymentGroups.self, self.batchGetDeploymentGroups)
        registry.handle(CodeDeploy.ListDeploymentGroups.self, self.listDeploymentGroups)
    }

    private func registerDeployments(in registry: inout OperationRegistry) {
        registry.handle(CodeDeploy.CreateDeployment.self, self.createDeployment)
        registry.handle(CodeDeploy.GetDeployment.self, self.getDeployment)
        registry.handle(CodeDeploy.BatchGetDeployments.self, self.batchGetDeployments)
        registry.handle(CodeDeploy.ListDeployments.self, self.listDeployments)
        registry.handle(CodeDeploy.GetDeploymentTarget.self, self.getDeploymentTarget)
        registry.handle(CodeDeploy.BatchGetDeploymentTargets.self, self.batchGetDeploymentTargets)
        registry.handle(CodeDeploy.ListDeploymentTargets.self, self.listDeploymentTargets)
        registry.handle(CodeDeploy.ContinueDeployment.self, self.continueDeployment)
        registry.handle(CodeDeploy.SkipWaitTimeForInstanceTermination.self, self.skipWaitTimeForInstanceTermination)
        registry.handle(CodeDeploy.StopDeployment.self, self.stopDeployment)
        registry.handle(
            CodeDeploy.PutLifecycleEventHookExecutionStatus.self, self.putLifecycleEventHookExecutionStatus)
        registry.handle(CodeDeploy.GetDeploymentInstance.self, self.getDeploymentInstance)
        registry.handle(CodeDeploy.BatchGetDeploymentInstances.self, self.batchGetDeploymentInstances)
        registry.handle(CodeDeploy.ListDeploymentInstances.self, self.listDeploymentInstances)
    }
}
