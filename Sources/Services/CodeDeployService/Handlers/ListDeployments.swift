internal import CodeDeployAPI
internal import Model
internal import Store
internal import WireProtocol

extension CodeDeployHandlers {
    /// Newest first.
    func listDeployments(
        _ input: CodeDeploy.ListDeployments.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.ListDeployments.Output {
        let region = context.scope.region
        let base = try Self.filter(input)
        // An external id marks the deployments of CloudFormation; there are none.
        if let externalID = input.externalId, !externalID.isEmpty { return .init(deployments: []) }
        let found = try await self.store.read { snapshot in
            var filter = base
            if let name = input.applicationName {
                let application = try snapshot.requireApplication(name, region: region)
                filter.groupID = try snapshot.requireGroup(input.deploymentGroupName ?? "", of: application).id
            }
            return try snapshot.codeDeployDeployments(region: region, filter, limit: NextToken.pageSize + 1)
        }
        let page = found.prefix(NextToken.pageSize)
        return .init(
            deployments: page.map(\.id),
            nextToken: found.count > page.count ? page.last.map { NextToken.encode(String($0.sequence)) } : nil)
    }

    private static func filter(_ input: CodeDeploy.ListDeployments.Input) throws -> DeploymentFilter {
        switch (input.applicationName, input.deploymentGroupName) {
        case (nil, .some):
            throw CodeDeploy.Errors.applicationNameRequiredException("An application name must be specified.")
        case (.some, nil):
            throw CodeDeploy.Errors.deploymentGroupNameRequiredException("A deployment group name must be specified.")
        case (nil, nil), (.some, .some): break
        }
        var filter = DeploymentFilter()
        filter.statuses = (input.includeOnlyStatuses ?? []).map(\.rawValue)
        filter.createdFrom = input.createTimeRange?.start
        filter.createdTo = input.createTimeRange?.end
        if let start = filter.createdFrom, let end = filter.createdTo, start > end {
            throw CodeDeploy.Errors.invalidTimeRangeException("The start of createTimeRange is after its end.")
        }
        if let place = try NextToken.decode(input.nextToken) {
            guard let sequence = Int(place) else {
                throw CodeDeploy.Errors.invalidNextTokenException("The next token is not valid.")
            }
            filter.before = sequence
        }
        return filter
    }
}
