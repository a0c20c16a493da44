internal import CodeDeployAPI
internal import DeploymentEngine
internal import Store
internal import WireProtocol

extension StoredDeployment {
    /// The record of the deployment that rolls this one back: all at once whatever the group says, and never rolled back
    /// itself.
    func rollback(_ machine: CodeDeployDeployment) throws -> StoredDeployment {
        var information = try StoredShape.decode(CodeDeploy.DeploymentInfo.self, from: self.body)
        information.creator = .codeDeployRollback
        information.deploymentConfigName = PredefinedConfigs.ecsAllAtOnce
        information.description = nil
        information.autoRollbackConfiguration = CodeDeploy.AutoRollbackConfiguration(enabled: false, events: [])
        // None where nothing was deployed before: what has failed must not become what the group deploys again.
        (information.revision, information.previousRevision) = (information.previousRevision, information.revision)
        return StoredDeployment(
            machine: machine, scope: self.scope, applicationName: self.applicationName, groupName: self.groupName,
            groupID: self.groupID, route: self.route, body: StoredShape.encode(information))
    }
}
