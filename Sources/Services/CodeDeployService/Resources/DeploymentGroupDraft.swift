internal import CodeDeployAPI
internal import Model

/// A deployment group as a client wants it, before it is checked against the world.
struct DeploymentGroupDraft {
    var information: CodeDeploy.DeploymentGroupInfo

    init(_ input: CodeDeploy.CreateDeploymentGroup.Input) {
        self.information = CodeDeploy.DeploymentGroupInfo(
            deploymentConfigName: input.deploymentConfigName ?? PredefinedConfigs.ecsAllAtOnce,
            ec2TagFilters: input.ec2TagFilters, onPremisesInstanceTagFilters: input.onPremisesInstanceTagFilters,
            autoScalingGroups: input.autoScalingGroups.map { $0.map { CodeDeploy.AutoScalingGroup(name: $0) } },
            serviceRoleArn: input.serviceRoleArn, triggerConfigurations: input.triggerConfigurations,
            alarmConfiguration: input.alarmConfiguration, autoRollbackConfiguration: input.autoRollbackConfiguration,
            deploymentStyle: input.deploymentStyle, outdatedInstancesStrategy: input.outdatedInstancesStrategy,
            blueGreenDeploymentConfiguration: input.blueGreenDeploymentConfiguration,
            loadBalancerInfo: input.loadBalancerInfo,
            ec2TagSet: input.ec2TagSet, onPremisesTagSet: input.onPremisesTagSet, computePlatform: .ecs,
            ecsServices: input.ecsServices, terminationHookEnabled: input.terminationHookEnabled)
    }

    /// The stored group with the members that the update supplies.
    init(_ stored: CodeDeploy.DeploymentGroupInfo, changedBy input: CodeDeploy.UpdateDeploymentGroup.Input) {
        var information = stored
        information.deploymentConfigName = input.deploymentConfigName ?? stored.deploymentConfigName
        information.ec2TagFilters = input.ec2TagFilters ?? stored.ec2TagFilters
        information.onPremisesInstanceTagFilters =
            input.onPremisesInstanceTagFilters ?? stored.onPremisesInstanceTagFilters
        information.autoScalingGroups =
            input.autoScalingGroups.map { $0.map { CodeDeploy.AutoScalingGroup(name: $0) } } ?? stored.autoScalingGroups
        information.serviceRoleArn = input.serviceRoleArn ?? stored.serviceRoleArn
        information.triggerConfigurations = input.triggerConfigurations ?? stored.triggerConfigurations
        information.alarmConfiguration = input.alarmConfiguration ?? stored.alarmConfiguration
        information.autoRollbackConfiguration = input.autoRollbackConfiguration ?? stored.autoRollbackConfiguration
        information.deploymentStyle = input.deploymentStyle ?? stored.deploymentStyle
        information.outdatedInstancesStrategy = input.outdatedInstancesStrategy ?? stored.outdatedInstancesStrategy
        information.blueGreenDeploymentConfiguration =
            input.blueGreenDeploymentConfiguration ?? stored.blueGreenDeploymentConfiguration
        information.loadBalancerInfo = input.loadBalancerInfo ?? stored.loadBalancerInfo
        information.ec2TagSet = input.ec2TagSet ?? stored.ec2TagSet
        information.onPremisesTagSet = input.onPremisesTagSet ?? stored.onPremisesTagSet
        information.ecsServices = input.ecsServices ?? stored.ecsServices
        information.terminationHookEnabled = input.terminationHookEnabled ?? stored.terminationHookEnabled
        self.information = information
    }

    /// Fills in what AWS returns although nobody said it: a wait of 0 minutes.
    mutating func normalize() {
        if self.information.blueGreenDeploymentConfiguration?.deploymentReadyOption?.waitTimeInMinutes == nil {
            self.information.blueGreenDeploymentConfiguration?.deploymentReadyOption?.waitTimeInMinutes = 0
        }
        let termination = self.information.blueGreenDeploymentConfiguration?.terminateBlueInstancesOnDeploymentSuccess
        if termination?.terminationWaitTimeInMinutes == nil {
            self.information.blueGreenDeploymentConfiguration?.terminateBlueInstancesOnDeploymentSuccess?
                .terminationWaitTimeInMinutes = 0
        }
    }
}
