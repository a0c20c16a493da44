internal import CodeDeployAPI
internal import Model

/// What a deployment group for ECS must hold, as far as the group itself shows it.
struct DeploymentGroupRules {
    typealias Errors = CodeDeploy.Errors

    let cluster: String
    let service: String
    /// Names of the pair's target groups.
    let targetGroups: (first: String, second: String)
    let productionListener: String
    let testListener: String?

    static let pairMessage =
        "A deployment group associated with an application that uses the ECS compute platform must contain a valid pair of "
        + "target groups that identify a load balancer."

    /// - Throws: the error of the first member that breaks a rule.
    init(checking group: CodeDeploy.DeploymentGroupInfo) throws {
        try Self.refuseServerMembers(group)
        try Self.refuseUnsupported(group)
        try Self.checkRole(group.serviceRoleArn)
        try Self.checkRollback(group.autoRollbackConfiguration)
        guard group.deploymentStyle?.deploymentType == .blueGreen,
            group.deploymentStyle?.deploymentOption == .withTrafficControl
        else {
            throw Errors.invalidDeploymentStyleException(
                "The deployment style of a deployment group for the ECS compute platform must be BLUE_GREEN with WITH_TRAFFIC_CONTROL."
            )
        }
        try Self.checkBlueGreen(group.blueGreenDeploymentConfiguration)
        (self.cluster, self.service) = try Self.service(group.ecsServices)
        let pair = try Self.pair(group.loadBalancerInfo)
        self.targetGroups = try Self.targetGroups(pair)
        self.productionListener = try Self.listener(pair.prodTrafficRoute, "prodTrafficRoute")
        self.testListener = try pair.testTrafficRoute.flatMap { route in
            route.listenerArns?.isEmpty ?? true ? nil : try Self.listener(route, "testTrafficRoute")
        }
        guard self.testListener != self.productionListener else {
            throw Errors.invalidTargetGroupPairException(
                Self.pairMessage + " prodTrafficRoute and testTrafficRoute must name different listeners.")
        }
    }

    private static func refuseServerMembers(_ group: CodeDeploy.DeploymentGroupInfo) throws {
        let reason = "is not valid for the ECS compute platform."
        if let filters = group.ec2TagFilters, !filters.isEmpty {
            throw Errors.invalidEC2TagException("ec2TagFilters \(reason)")
        }
        if let filters = group.onPremisesInstanceTagFilters, !filters.isEmpty {
            throw Errors.invalidTagException("onPremisesInstanceTagFilters \(reason)")
        }
        if let groups = group.autoScalingGroups, !groups.isEmpty {
            throw Errors.invalidAutoScalingGroupException("autoScalingGroups \(reason)")
        }
        if let set = group.ec2TagSet?.ec2TagSetList, !set.isEmpty {
            throw Errors.invalidEC2TagCombinationException("ec2TagSet \(reason)")
        }
        if let set = group.onPremisesTagSet?.onPremisesTagSetList, !set.isEmpty {
            throw Errors.invalidOnPremisesTagCombinationException("onPremisesTagSet \(reason)")
        }
        if group.terminationHookEnabled == true {
            throw Errors.invalidInputException("terminationHookEnabled \(reason)")
        }
    }

    private static func refuseUnsupported(_ group: CodeDeploy.DeploymentGroupInfo) throws {
        if let triggers = group.triggerConfigurations, let trigger = triggers.first {
            guard triggers.count <= 10 else {
                throw Errors.triggerTargetsLimitExceededException("A deployment group can have at most 10 triggers.")
            }
            throw Errors.invalidTriggerConfigException(
                "The trigger \(trigger.triggerName ?? "") is not supported by Teal: notifications through Amazon SNS are not sent."
            )
        }
        try AlarmRules.check(group.alarmConfiguration, "alarmConfiguration")
    }

    private static func checkRole(_ role: String?) throws {
        guard let role, !role.isEmpty else { throw Errors.roleRequiredException("A role must be specified.") }
        guard let arn = ARN(role), arn.service == "iam", arn.resource.hasPrefix("role/") else {
            throw Errors.invalidRoleException("The service role \(role) is not the ARN of an IAM role.")
        }
    }

    static func checkRollback(_ configuration: CodeDeploy.AutoRollbackConfiguration?) throws {
        guard configuration?.enabled == true, configuration?.events?.isEmpty ?? true else { return }
        throw Errors.invalidAutoRollbackConfigException("autoRollbackConfiguration is enabled, but names no events.")
    }

    private static func checkBlueGreen(_ configuration: CodeDeploy.BlueGreenDeploymentConfiguration?) throws {
        func refuse(_ text: String) -> any Error { Errors.invalidBlueGreenDeploymentConfigurationException(text) }
        guard let configuration else {
            throw refuse("blueGreenDeploymentConfiguration is required for the ECS compute platform.")
        }
        guard configuration.greenFleetProvisioningOption?.action == nil else {
            throw refuse("greenFleetProvisioningOption is not valid for the ECS compute platform.")
        }
        guard let termination = configuration.terminateBlueInstancesOnDeploymentSuccess, let action = termination.action
        else {
            throw refuse(
                "terminateBlueInstancesOnDeploymentSuccess with its action is required for the ECS compute platform.")
        }
        guard (0...2880).contains(termination.terminationWaitTimeInMinutes ?? 0) else {
            throw refuse("terminationWaitTimeInMinutes must be from 0 to 2880.")
        }
        if action == .keepAlive, termination.terminationWaitTimeInMinutes ?? 0 > 0 {
            throw refuse("terminationWaitTimeInMinutes is not valid with the action KEEP_ALIVE.")
        }
        guard let ready = configuration.deploymentReadyOption, let onTimeout = ready.actionOnTimeout else {
            throw refuse("deploymentReadyOption with its actionOnTimeout is required for the ECS compute platform.")
        }
        let wait = ready.waitTimeInMinutes ?? 0
        guard (0...7200).contains(wait) else { throw refuse("waitTimeInMinutes must be from 0 to 7200.") }
        if onTimeout == .stopDeployment, wait == 0 {
            throw refuse("waitTimeInMinutes of at least 1 is required with the actionOnTimeout STOP_DEPLOYMENT.")
        }
    }

    private static func service(_ services: [CodeDeploy.ECSService]?) throws -> (cluster: String, service: String) {
        guard let service = services?.first, services?.count == 1 else {
            throw Errors.invalidECSServiceException("Exactly one Amazon ECS service must be specified in ecsServices.")
        }
        guard let cluster = service.clusterName, !cluster.isEmpty, let name = service.serviceName, !name.isEmpty else {
            throw Errors.invalidECSServiceException("ecsServices must name both clusterName and serviceName.")
        }
        guard !cluster.contains(":"), !name.contains(":") else {
            throw Errors.invalidECSServiceException(
                "ecsServices takes the names of cluster and service, not their ARNs.")
        }
        return (cluster, name)
    }

    private static func pair(_ loadBalancer: CodeDeploy.LoadBalancerInfo?) throws -> CodeDeploy.TargetGroupPairInfo {
        guard let loadBalancer else { throw Errors.invalidLoadBalancerInfoException(Self.pairMessage) }
        guard loadBalancer.elbInfoList?.isEmpty ?? true, loadBalancer.targetGroupInfoList?.isEmpty ?? true else {
            throw Errors.invalidLoadBalancerInfoException(
                "elbInfoList and targetGroupInfoList are not valid for the ECS compute platform; use targetGroupPairInfoList."
            )
        }
        guard let pair = loadBalancer.targetGroupPairInfoList?.first, loadBalancer.targetGroupPairInfoList?.count == 1
        else {
            throw Errors.invalidTargetGroupPairException(Self.pairMessage)
        }
        return pair
    }

    private static func targetGroups(_ pair: CodeDeploy.TargetGroupPairInfo) throws -> (String, String) {
        let names = (pair.targetGroups ?? []).compactMap(\.name)
        guard names.count == 2, names[0] != names[1], names.allSatisfy({ !$0.isEmpty && !$0.contains(":") }) else {
            throw Errors.invalidTargetGroupPairException(
                Self.pairMessage + " targetGroups must hold two different names.")
        }
        return (names[0], names[1])
    }

    private static func listener(_ route: CodeDeploy.TrafficRoute?, _ member: String) throws -> String {
        guard let arn = route?.listenerArns?.first, route?.listenerArns?.count == 1 else {
            throw Errors.invalidTargetGroupPairException(
                Self.pairMessage + " \(member) must hold exactly one listener ARN.")
        }
        return arn
    }
}

/// An alarm configuration, of a group or of one deployment. Whether the alarms exist is seen while a deployment runs.
enum AlarmRules {
    static let limit = 10

    /// - Throws: `AlarmsLimitExceededException` or `InvalidAlarmConfigException`, naming the member.
    static func check(_ configuration: CodeDeploy.AlarmConfiguration?, _ member: String) throws {
        guard let configuration else { return }
        let alarms = configuration.alarms ?? []
        guard alarms.count <= Self.limit else {
            throw CodeDeploy.Errors.alarmsLimitExceededException("\(member) holds more than \(Self.limit) alarms.")
        }
        func refuse(_ text: String) -> any Error {
            CodeDeploy.Errors.invalidAlarmConfigException("\(member) is not valid: \(text)")
        }
        if configuration.enabled == true, alarms.isEmpty {
            throw refuse("it is enabled, but its list of alarms is empty.")
        }
        var names: Set<String> = []
        for alarm in alarms {
            guard let name = alarm.name, (1...255).contains(name.count) else {
                throw refuse("the name of an alarm must have 1 to 255 characters.")
            }
            guard names.insert(name).inserted else { throw refuse("two alarms have the name \(name).") }
        }
    }
}
