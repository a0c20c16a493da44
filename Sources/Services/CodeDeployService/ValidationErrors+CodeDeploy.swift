internal import CodeDeployAPI
internal import WireProtocol

extension ValidationErrors {
    /// CodeDeploy has an error of its own for nearly every member; what it has none for is an `InvalidInputException`.
    static let codeDeploy = ValidationErrors { _, failures in
        guard let failure = failures.first else {
            return CodeDeploy.Errors.invalidInputException("The input is not valid.")
        }
        let member =
            failure.path.split(separator: ".").last { $0 != "member" && Int($0) == nil }.map(String.init)
            ?? failure.path
        let error = failure.reason == .missing ? Self.missing(member) : Self.invalid(member, failure)
        return error ?? CodeDeploy.Errors.invalidInputException(Self.text(failure))
    }

    private static func missing(_ member: String) -> AWSError? {
        switch member {
        case "applicationName", "applicationNames":
            CodeDeploy.Errors.applicationNameRequiredException("An application name must be specified.")
        case "deploymentGroupName", "currentDeploymentGroupName", "deploymentGroupNames":
            CodeDeploy.Errors.deploymentGroupNameRequiredException("A deployment group name must be specified.")
        case "deploymentConfigName":
            CodeDeploy.Errors.deploymentConfigNameRequiredException(
                "A deployment configuration name must be specified.")
        case "deploymentId", "deploymentIds":
            CodeDeploy.Errors.deploymentIdRequiredException("A deployment ID must be specified.")
        case "serviceRoleArn": CodeDeploy.Errors.roleRequiredException("A role must be specified.")
        case "revision", "revisions": CodeDeploy.Errors.revisionRequiredException("A revision must be specified.")
        case "targetId", "targetIds":
            CodeDeploy.Errors.deploymentTargetIdRequiredException("A deployment target ID must be specified.")
        case "instanceId", "instanceIds":
            CodeDeploy.Errors.instanceIdRequiredException("An instance ID must be specified.")
        case "resourceArn": CodeDeploy.Errors.resourceArnRequiredException("A resource ARN must be specified.")
        case "tags", "tagKeys": CodeDeploy.Errors.tagRequiredException("A tag must be specified.")
        default: nil
        }
    }

    private static func invalid(_ member: String, _ failure: ValidationFailure) -> AWSError? {
        let text = Self.text(failure)
        // Names that mean something else in another place.
        if failure.path.hasPrefix("trafficRoutingConfig.") {
            return CodeDeploy.Errors.invalidTrafficRoutingConfigurationException(text)
        }
        if failure.path.hasPrefix("minimumHealthyHosts.") {
            return CodeDeploy.Errors.invalidMinimumHealthyHostValueException(text)
        }
        if failure.path.hasPrefix("targetFilters.") {
            return CodeDeploy.Errors.invalidTargetFilterNameException(text)
        }
        return switch member {
        case "applicationName", "newApplicationName", "applicationNames":
            CodeDeploy.Errors.invalidApplicationNameException(text)
        case "deploymentGroupName", "newDeploymentGroupName", "currentDeploymentGroupName", "deploymentGroupNames":
            CodeDeploy.Errors.invalidDeploymentGroupNameException(text)
        case "deploymentConfigName": CodeDeploy.Errors.invalidDeploymentConfigNameException(text)
        case "computePlatform": CodeDeploy.Errors.invalidComputePlatformException(text)
        case "includeOnlyStatuses": CodeDeploy.Errors.invalidDeploymentStatusException(text)
        case "deploymentWaitType": CodeDeploy.Errors.invalidDeploymentWaitTypeException(text)
        case "status": CodeDeploy.Errors.invalidLifecycleEventHookExecutionStatusException(text)
        case "deploymentType", "deploymentOption": CodeDeploy.Errors.invalidDeploymentStyleException(text)
        case "actionOnTimeout", "action": CodeDeploy.Errors.invalidBlueGreenDeploymentConfigurationException(text)
        case "events": CodeDeploy.Errors.invalidAutoRollbackConfigException(text)
        case "triggerEvents": CodeDeploy.Errors.invalidTriggerConfigException(text)
        case "fileExistsBehavior": CodeDeploy.Errors.invalidFileExistsBehaviorException(text)
        case "revisionType", "bundleType": CodeDeploy.Errors.invalidRevisionException(text)
        case "sortBy": CodeDeploy.Errors.invalidSortByException(text)
        case "sortOrder": CodeDeploy.Errors.invalidSortOrderException(text)
        case "deployed": CodeDeploy.Errors.invalidDeployedStateFilterException(text)
        case "resourceArn": CodeDeploy.Errors.invalidArnException(text)
        default: nil
        }
    }

    private static func text(_ failure: ValidationFailure) -> String {
        let value = failure.value.isEmpty ? "" : ", not '\(failure.value)'"
        return "The member \(failure.path) \(failure.reason.constraint)\(value)."
    }
}
