internal import DeploymentEngine
internal import ECSAPI
internal import Model
internal import Store
internal import WireProtocol

extension ECSHandlers {
    /// Newest first.
    func listServiceDeployments(_ input: ECS.ListServiceDeployments.Input, _ context: RequestContext) async throws
        -> ECS.ListServiceDeployments.Output
    {
        let scope = context.scope
        let key = ECSNames.service(input.service, cluster: input.cluster, in: scope)
        let limit = input.maxResults ?? 100
        guard (1...100).contains(limit) else {
            throw ECS.Errors.invalidParameterException("maxResults must be between 1 and 100, not \(limit)")
        }
        var filter = ServiceDeploymentFilter()
        filter.statuses = try (input.status ?? []).map { status in
            guard let known = ServiceDeployment.Status(rawValue: status.rawValue) else {
                throw ECS.Errors.invalidParameterException("Invalid status: \(status.rawValue)")
            }
            return known
        }
        let oldest = self.clock.now() - DeploymentHistory.length
        filter.createdAfter = input.createdAt?.after.map { max($0, oldest) } ?? oldest
        filter.createdBefore = input.createdAt?.before
        filter.before = try input.nextToken.map { token in
            guard let bytes = Base64.decode(token), let position = Int(String(decoding: bytes, as: UTF8.self)) else {
                throw ECS.Errors.invalidParameterException("Invalid token \(token)")
            }
            return position
        }
        let wanted = filter
        return try await self.store.read { snapshot in
            _ = try snapshot.requireDeployingService(key, in: scope)
            let found = try snapshot.serviceDeployments(of: key, wanted, limit: limit + 1)
            let page = found.prefix(limit)
            let token = found.count > limit ? page.last.map { Base64.encode(Array(String($0.sequence).utf8)) } : nil
            return .init(serviceDeployments: page.map { snapshot.brief($0, in: scope) }, nextToken: token)
        }
    }

    /// A missing deployment is a failure `MISSING`.
    func describeServiceDeployments(
        _ input: ECS.DescribeServiceDeployments.Input, _ context: RequestContext
    ) async throws -> ECS.DescribeServiceDeployments.Output {
        try Self.checkCount(input.serviceDeploymentArns, "serviceDeploymentArns")
        return try await self.store.read { snapshot in
            var output = ECS.DescribeServiceDeployments.Output(serviceDeployments: [], failures: [])
            for arn in input.serviceDeploymentArns {
                if let stored = try snapshot.serviceDeployment(arn: arn, in: context.scope) {
                    output.serviceDeployments?.append(try snapshot.described(stored, in: context.scope))
                } else {
                    output.failures?.append(.init(arn: arn, reason: "MISSING"))
                }
            }
            return output
        }
    }

    /// A missing revision is a failure `MISSING`.
    func describeServiceRevisions(_ input: ECS.DescribeServiceRevisions.Input, _ context: RequestContext) async throws
        -> ECS.DescribeServiceRevisions.Output
    {
        try Self.checkCount(input.serviceRevisionArns, "serviceRevisionArns")
        return try await self.store.read { snapshot in
            var output = ECS.DescribeServiceRevisions.Output(serviceRevisions: [], failures: [])
            for arn in input.serviceRevisionArns {
                if let id = ServiceDeployment.RevisionID(arn: arn),
                    let record = try snapshot.revisionRecord(id.rawValue),
                    context.scope.serviceRevisionARN(record.id, of: record.service) == arn
                {
                    output.serviceRevisions?.append(try snapshot.described(record, in: context.scope))
                } else {
                    output.failures?.append(.init(arn: arn, reason: "MISSING"))
                }
            }
            return output
        }
    }

    private static func checkCount(_ arns: [String], _ name: String) throws {
        guard !arns.isEmpty else { throw ECS.Errors.invalidParameterException("\(name) cannot be empty.") }
        guard arns.count <= 20 else { throw ECS.Errors.invalidParameterException("\(name) can have at most 20 items.") }
    }
}

extension StoreSnapshot {
    /// By its whole ARN: account, region, cluster and service must be right.
    func serviceDeployment(arn: String, in scope: Scope) throws -> StoredServiceDeployment? {
        guard let id = ServiceDeployment.ID(arn: arn), let stored = try self.serviceDeployment(id),
            scope.serviceDeploymentARN(id, of: stored.service) == arn
        else { return nil }
        return stored
    }

    /// - Throws: `ClusterNotFoundException`, `ServiceNotFoundException`; `UnsupportedFeatureException` where another
    ///   controller deploys the service.
    func requireDeployingService(_ key: ServiceKey, in scope: Scope) throws -> StoredService {
        _ = try self.requireCluster(key.cluster, in: scope)
        guard let service = try self.service(key) else {
            throw ECS.Errors.serviceNotFoundException("Service not found.")
        }
        guard service.controller == .ecs else {
            throw ECS.Errors.unsupportedFeatureException(
                "Service deployments are not supported for services with a \(service.controller.rawValue) deployment controller."
            )
        }
        return service
    }

    /// The groups that it really uses are shown only while it is active.
    func described(_ record: StoredRevisionRecord, in scope: Scope) throws -> ECS.ServiceRevision {
        let taskSet = try StoredShape.decode(ECS.TaskSet.self, from: record.body)
        let isActive = try self.revision(record.id).map { $0.role != .draining } ?? false
        let definition = try taskSet.taskDefinition.flatMap { try self.taskDefinition($0, in: scope)?.shape }
        let digests = try self.imageDigests(ofRevision: record.id)
        let routes = (taskSet.loadBalancers ?? []).compactMap { loadBalancer in
            RevisionTraffic.Route(loadBalancer).map {
                ECS.ServiceRevisionLoadBalancer(
                    targetGroupArn: loadBalancer.targetGroupArn, productionListenerRule: $0.productionRule)
            }
        }
        return ECS.ServiceRevision(
            serviceRevisionArn: scope.serviceRevisionARN(record.id, of: record.service),
            serviceArn: scope.serviceARN(record.service), clusterArn: scope.clusterARN(record.service.cluster),
            taskDefinition: taskSet.taskDefinition, capacityProviderStrategy: taskSet.capacityProviderStrategy,
            launchType: taskSet.launchType, platformVersion: taskSet.platformVersion,
            platformFamily: taskSet.launchType == .fargate ? "Linux" : nil, loadBalancers: taskSet.loadBalancers ?? [],
            serviceRegistries: [], networkConfiguration: taskSet.networkConfiguration,
            containerImages: definition?.containerDefinitions?.map {
                .init(containerName: $0.name, imageDigest: $0.name.flatMap { digests[$0] }, image: $0.image)
            },
            guardDutyEnabled: false, createdAt: record.createdAt,
            resolvedConfiguration: isActive && !routes.isEmpty ? .init(loadBalancers: routes) : nil)
    }
}
