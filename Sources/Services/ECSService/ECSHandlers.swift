internal import ECSAPI
package import Logging
package import Model
package import Store
package import WireProtocol

/// The operations of Amazon ECS that Teal serves. A handler records what is wanted; the controllers bring it about.
package struct ECSHandlers: Sendable {
    let store: Store
    /// Calls to Elastic Load Balancing.
    let aws: AWSClient
    let clock: any WallClock
    let taskEnvironment: TaskEnvironment
    let timeScale: TimeScale
    let logger: Logger

    package init(
        store: Store, aws: AWSClient, clock: any WallClock, taskEnvironment: TaskEnvironment, timeScale: TimeScale,
        logger: Logger
    ) {
        self.store = store
        self.aws = aws
        self.clock = clock
        self.taskEnvironment = taskEnvironment
        self.timeScale = timeScale
        self.logger = logger
    }

    package func register(in registry: inout OperationRegistry) {
        registry.register(ECS.service, validationErrors: .ecs)
        registry.handle(ECS.CreateCluster.self, self.createCluster)
        registry.handle(ECS.DescribeClusters.self, self.describeClusters)
        registry.handle(ECS.ListClusters.self, self.listClusters)
        registry.handle(ECS.DeleteCluster.self, self.deleteCluster)
        registry.handle(ECS.UpdateCluster.self, self.updateCluster)
        registry.handle(ECS.UpdateClusterSettings.self, self.updateClusterSettings)
        registry.handle(ECS.PutClusterCapacityProviders.self, self.putClusterCapacityProviders)
        registry.handle(ECS.CreateCapacityProvider.self, self.createCapacityProvider)
        registry.handle(ECS.DescribeCapacityProviders.self, self.describeCapacityProviders)
        registry.handle(ECS.UpdateCapacityProvider.self, self.updateCapacityProvider)
        registry.handle(ECS.DeleteCapacityProvider.self, self.deleteCapacityProvider)
        registry.handle(ECS.ListContainerInstances.self, self.listContainerInstances)
        registry.handle(ECS.DescribeContainerInstances.self, self.describeContainerInstances)
        registry.handle(ECS.PutAttributes.self, self.putAttributes)
        registry.handle(ECS.DeleteAttributes.self, self.deleteAttributes)
        registry.handle(ECS.ListAttributes.self, self.listAttributes)
        registry.handle(ECS.ListAccountSettings.self, self.listAccountSettings)
        registry.handle(ECS.PutAccountSetting.self, self.putAccountSetting)
        registry.handle(ECS.PutAccountSettingDefault.self, self.putAccountSettingDefault)
        registry.handle(ECS.DeleteAccountSetting.self, self.deleteAccountSetting)
        registry.handle(ECS.RegisterTaskDefinition.self, self.registerTaskDefinition)
        registry.handle(ECS.DescribeTaskDefinition.self, self.describeTaskDefinition)
        registry.handle(ECS.DeregisterTaskDefinition.self, self.deregisterTaskDefinition)
        registry.handle(ECS.DeleteTaskDefinitions.self, self.deleteTaskDefinitions)
        registry.handle(ECS.ListTaskDefinitions.self, self.listTaskDefinitions)
        registry.handle(ECS.ListTaskDefinitionFamilies.self, self.listTaskDefinitionFamilies)
        registry.handle(ECS.CreateService.self, self.createService)
        registry.handle(ECS.DescribeServices.self, self.describeServices)
        registry.handle(ECS.UpdateService.self, self.updateService)
        registry.handle(ECS.DeleteService.self, self.deleteService)
        registry.handle(ECS.ListServices.self, self.listServices)
        registry.handle(ECS.ListServicesByNamespace.self, self.listServicesByNamespace)
        registry.handle(ECS.ListServiceDeployments.self, self.listServiceDeployments)
        registry.handle(ECS.DescribeServiceDeployments.self, self.describeServiceDeployments)
        registry.handle(ECS.DescribeServiceRevisions.self, self.describeServiceRevisions)
        registry.handle(ECS.StopServiceDeployment.self, self.stopServiceDeployment)
        registry.handle(ECS.ContinueServiceDeployment.self, self.continueServiceDeployment)
        registry.handle(ECS.CreateTaskSet.self, self.createTaskSet)
        registry.handle(ECS.DescribeTaskSets.self, self.describeTaskSets)
        registry.handle(ECS.UpdateTaskSet.self, self.updateTaskSet)
        registry.handle(ECS.UpdateServicePrimaryTaskSet.self, self.updateServicePrimaryTaskSet)
        registry.handle(ECS.DeleteTaskSet.self, self.deleteTaskSet)
        registry.handle(ECS.RunTask.self, self.runTask)
        registry.handle(ECS.StartTask.self, self.startTask)
        registry.handle(ECS.StopTask.self, self.stopTask)
        registry.handle(ECS.ExecuteCommand.self, self.executeCommand)
        registry.handle(ECS.UpdateTaskProtection.self, self.updateTaskProtection)
        registry.handle(ECS.GetTaskProtection.self, self.getTaskProtection)
        registry.handle(ECS.DescribeTasks.self, self.describeTasks)
        registry.handle(ECS.ListTasks.self, self.listTasks)
        registry.handle(ECS.TagResource.self, self.tagResource)
        registry.handle(ECS.UntagResource.self, self.untagResource)
        registry.handle(ECS.ListTagsForResource.self, self.listTagsForResource)
    }
}

extension ValidationErrors {
    /// ECS answers `ClientException` for a missing member and `InvalidParameterException` for a bad value.
    static let ecs = ValidationErrors { _, failures in
        guard let first = failures.first else { return ECS.Errors.invalidParameterException("invalid request") }
        if first.path == "launchType", case .notInEnum(let values) = first.reason {
            return ECS.Errors.clientException("launch type should be one of [\(values.joined(separator: ","))]")
        }
        if first.path.hasSuffix("targetType"), case .notInEnum(let values) = first.reason {
            return ECS.Errors.invalidParameterException(
                "Invalid targetType. Valid values are: \(values.joined(separator: ", "))")
        }
        if first.reason == .missing { return ECS.Errors.clientException("\(first.path) can not be blank.") }
        return ECS.Errors.invalidParameterException(failures.map(\.sentence).joined(separator: "; "))
    }
}
