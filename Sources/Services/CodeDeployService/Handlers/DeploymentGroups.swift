internal import CodeDeployAPI
internal import DeploymentEngine
internal import Model
internal import Store
internal import WireProtocol

extension CodeDeployHandlers {
    /// Without the answer to what its deployments say; GetDeploymentGroup reads that from them.
    func createDeploymentGroup(
        _ input: CodeDeploy.CreateDeploymentGroup.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.CreateDeploymentGroup.Output {
        let region = context.scope.region
        let application = try await self.store.read { snapshot in
            let application = try snapshot.requireApplication(input.applicationName, region: region)
            try ResourceName.checkGroup(input.deploymentGroupName)
            try Self.requireFreeName(input.deploymentGroupName, of: application, in: snapshot)
            return application
        }
        try Self.requireECS(application, input)
        var draft = DeploymentGroupDraft(input)
        let (rules, config) = try await self.check(&draft, context.scope)
        let group = StoredDeploymentGroup(
            id: Identifiers.uuid(), applicationID: application.id, region: region, name: input.deploymentGroupName,
            service: "\(rules.cluster):\(rules.service)", configName: config,
            body: StoredShape.encode(draft.information), tags: try ResourceTags.adding(input.tags ?? [], to: []))
        try await self.store.write { transaction in
            // Once more: the checks above have left the store alone for a while.
            let application = try transaction.requireApplication(application.name, region: region)
            try Self.requireFreeName(group.name, of: application, in: transaction)
            try Self.requireFreeService(group, in: transaction)
            _ = try transaction.requireConfig(config, region: region)
            try transaction.insert(group)
        }
        return .init(deploymentGroupId: group.id)
    }

    /// Replaces the members that are supplied. A deployment that runs keeps what it started with.
    func updateDeploymentGroup(
        _ input: CodeDeploy.UpdateDeploymentGroup.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.UpdateDeploymentGroup.Output {
        let region = context.scope.region
        let stored = try await self.store.read { snapshot in
            let application = try snapshot.requireApplication(input.applicationName, region: region)
            let group = try snapshot.requireGroup(input.currentDeploymentGroupName, of: application)
            if let name = input.newDeploymentGroupName, name != group.name {
                try ResourceName.checkGroup(name)
                try Self.requireFreeName(name, of: application, in: snapshot)
            }
            return group
        }
        var draft = DeploymentGroupDraft(
            try StoredShape.decode(CodeDeploy.DeploymentGroupInfo.self, from: stored.body), changedBy: input)
        let (rules, config) = try await self.check(&draft, context.scope)
        let body = StoredShape.encode(draft.information)
        try await self.store.write { transaction in
            let application = try transaction.requireApplication(input.applicationName, region: region)
            var group = try transaction.requireGroup(input.currentDeploymentGroupName, of: application)
            if let name = input.newDeploymentGroupName, name != group.name {
                try Self.requireFreeName(name, of: application, in: transaction)
                group.name = name
            }
            group.service = "\(rules.cluster):\(rules.service)"
            group.configName = config
            group.body = body
            try Self.requireFreeService(group, in: transaction)
            try transaction.update(group)
        }
        return .init(hooksNotCleanedUp: [])
    }

    /// A name that is unknown is no error.
    func deleteDeploymentGroup(
        _ input: CodeDeploy.DeleteDeploymentGroup.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.DeleteDeploymentGroup.Output {
        try ResourceName.checkApplication(input.applicationName)
        try ResourceName.checkGroup(input.deploymentGroupName)
        try await self.store.write { transaction in
            let application = try transaction.codeDeployApplication(
                named: input.applicationName, region: context.scope.region)
            guard let application,
                let group = try transaction.codeDeployGroup(
                    named: input.deploymentGroupName, applicationID: application.id)
            else { return }
            try transaction.deleteCodeDeployGroup(id: group.id)
        }
        return .init(hooksNotCleanedUp: [])
    }

    func getDeploymentGroup(
        _ input: CodeDeploy.GetDeploymentGroup.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.GetDeploymentGroup.Output {
        let information = try await self.store.read { snapshot in
            let application = try snapshot.requireApplication(input.applicationName, region: context.scope.region)
            return try snapshot.information(
                snapshot.requireGroup(input.deploymentGroupName, of: application), of: application)
        }
        return .init(deploymentGroupInfo: information)
    }

    /// Unknown names are left out and named in `errorMessage`.
    func batchGetDeploymentGroups(
        _ input: CodeDeploy.BatchGetDeploymentGroups.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.BatchGetDeploymentGroups.Output {
        try BatchLimit.check(input.deploymentGroupNames.count, limit: 100, of: "deployment group names")
        return try await self.store.read { snapshot in
            let application = try snapshot.requireApplication(input.applicationName, region: context.scope.region)
            var found: [CodeDeploy.DeploymentGroupInfo] = []
            var missing: [String] = []
            for name in input.deploymentGroupNames {
                try ResourceName.checkGroup(name)
                if let group = try snapshot.codeDeployGroup(named: name, applicationID: application.id) {
                    found.append(try snapshot.information(group, of: application))
                } else {
                    missing.append(name)
                }
            }
            let message =
                missing.isEmpty ? nil : "No Deployment Group found for name: \(missing.joined(separator: ", "))"
            return .init(deploymentGroupsInfo: found, errorMessage: message)
        }
    }

    func listDeploymentGroups(
        _ input: CodeDeploy.ListDeploymentGroups.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.ListDeploymentGroups.Output {
        let names = try await self.store.read { snapshot in
            let application = try snapshot.requireApplication(input.applicationName, region: context.scope.region)
            return try snapshot.codeDeployGroups(applicationID: application.id).map(\.name)
        }
        let page = try NextToken.page(of: names.sorted(), after: input.nextToken)
        return .init(applicationName: input.applicationName, deploymentGroups: page.names, nextToken: page.next)
    }
}

extension CodeDeployHandlers {
    /// Against its own rules, its configuration, ECS and ELBv2.
    private func check(
        _ draft: inout DeploymentGroupDraft, _ scope: Scope
    ) async throws -> (rules: DeploymentGroupRules, config: String) {
        let rules = try DeploymentGroupRules(checking: draft.information)
        draft.normalize()
        let name = draft.information.deploymentConfigName ?? PredefinedConfigs.ecsAllAtOnce
        let config = try await self.store.read { try $0.requireConfig(name, region: scope.region) }
        guard config.computePlatform == .ecs else {
            throw CodeDeploy.Errors.invalidDeploymentConfigNameException(
                "The deployment configuration \(name) is not for the ECS compute platform.")
        }
        try await DeploymentGroupFacts(aws: self.aws.acting(in: scope), scope: scope, rules: rules)
            .check(routing: config.trafficRoutingConfig)
        return (rules, name)
    }

    private static func requireFreeName(_ name: String, of application: StoredApplication, in snapshot: StoreSnapshot)
        throws
    {
        guard try snapshot.codeDeployGroup(named: name, applicationID: application.id) == nil else {
            throw CodeDeploy.Errors.deploymentGroupAlreadyExistsException(
                "A deployment group named \(name) already exists.")
        }
    }

    private static func requireFreeService(_ group: StoredDeploymentGroup, in snapshot: StoreSnapshot) throws {
        guard let owner = try snapshot.codeDeployGroup(deploying: group.service, region: group.region),
            owner.id != group.id
        else { return }
        throw CodeDeploy.Errors.ecsServiceMappingLimitExceededException(
            "The Amazon ECS service \(group.service) already belongs to the deployment group \(owner.name).")
    }

    private static func requireECS(
        _ application: StoredApplication, _ input: CodeDeploy.CreateDeploymentGroup.Input
    ) throws {
        guard application.computePlatform != CodeDeploy.ComputePlatform.ecs.rawValue else { return }
        let loadBalancer = input.loadBalancerInfo
        if application.computePlatform == CodeDeploy.ComputePlatform.server.rawValue,
            input.deploymentStyle?.deploymentOption == .withTrafficControl, loadBalancer?.elbInfoList?.isEmpty ?? true,
            loadBalancer?.targetGroupInfoList?.isEmpty ?? true
        {
            throw CodeDeploy.Errors.invalidLoadBalancerInfoException(
                "The specification for load balancing in the deployment group is invalid. The deploymentOption value is set to "
                    + "WITH_TRAFFIC_CONTROL, but either no load balancer was specified in elbInfoList or no target group was "
                    + "specified in targetGroupInfoList.")
        }
        throw CodeDeploy.Errors.invalidInputException(
            "The application \(application.name) has the compute platform \(application.computePlatform); Teal deploys the ECS compute platform only."
        )
    }
}

extension StoreSnapshot {
    fileprivate func information(
        _ group: StoredDeploymentGroup, of application: StoredApplication
    ) throws -> CodeDeploy.DeploymentGroupInfo {
        var information = try StoredShape.decode(CodeDeploy.DeploymentGroupInfo.self, from: group.body)
        information.applicationName = application.name
        information.deploymentGroupId = group.id
        information.deploymentGroupName = group.name
        information.ec2TagFilters = []
        information.onPremisesInstanceTagFilters = []
        information.autoScalingGroups = []
        information.triggerConfigurations = []
        information.outdatedInstancesStrategy = information.outdatedInstancesStrategy ?? .update
        information.terminationHookEnabled = information.terminationHookEnabled ?? false
        information.targetRevision = try self.targetRevision(of: group)
        information.lastSuccessfulDeployment = try self.lastCodeDeployDeployment(groupID: group.id, status: .succeeded)?
            .summary
        information.lastAttemptedDeployment = try self.lastCodeDeployDeployment(groupID: group.id)?.summary
        return information
    }
}

extension StoredDeployment {
    fileprivate var summary: CodeDeploy.LastDeploymentInfo {
        CodeDeploy.LastDeploymentInfo(
            deploymentId: self.machine.id.rawValue, status: .init(rawValue: self.machine.status.rawValue),
            endTime: self.machine.completeTime, createTime: self.machine.createTime)
    }
}
