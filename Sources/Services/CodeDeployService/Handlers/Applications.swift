internal import CodeDeployAPI
internal import Model
internal import Store
internal import WireProtocol

extension CodeDeployHandlers {
    func createApplication(
        _ input: CodeDeploy.CreateApplication.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.CreateApplication.Output {
        let name = input.applicationName
        try ResourceName.checkApplication(name)
        let application = StoredApplication(
            id: Identifiers.uuid(), region: context.scope.region, name: name,
            computePlatform: (input.computePlatform ?? .server).rawValue, createdAt: self.clock.now(),
            tags: try ResourceTags.adding(input.tags ?? [], to: []))
        try await self.store.write { transaction in
            guard try transaction.codeDeployApplication(named: name, region: application.region) == nil else {
                throw CodeDeploy.Errors.applicationAlreadyExistsException(
                    "An application named \(name) already exists.")
            }
            try transaction.insert(application)
        }
        return .init(applicationId: application.id)
    }

    func updateApplication(
        _ input: CodeDeploy.UpdateApplication.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.UpdateApplication.Output {
        let (old, new) = (input.applicationName ?? "", input.newApplicationName)
        try await self.store.write { transaction in
            var application = try transaction.requireApplication(old, region: context.scope.region)
            guard let new, new != old else { return }
            try ResourceName.checkApplication(new)
            guard try transaction.codeDeployApplication(named: new, region: context.scope.region) == nil else {
                throw CodeDeploy.Errors.applicationAlreadyExistsException("An application named \(new) already exists.")
            }
            application.name = new
            try transaction.update(application)
        }
        return .init()
    }

    /// With its groups. A name that is unknown is no error.
    func deleteApplication(
        _ input: CodeDeploy.DeleteApplication.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.DeleteApplication.Output {
        try ResourceName.checkApplication(input.applicationName)
        try await self.store.write { transaction in
            let application = try transaction.codeDeployApplication(
                named: input.applicationName, region: context.scope.region)
            if let application { try transaction.deleteCodeDeployApplication(id: application.id) }
        }
        return .init()
    }

    func getApplication(
        _ input: CodeDeploy.GetApplication.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.GetApplication.Output {
        let application = try await self.store.read {
            try $0.requireApplication(input.applicationName, region: context.scope.region)
        }
        return .init(application: application.information)
    }

    func batchGetApplications(
        _ input: CodeDeploy.BatchGetApplications.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.BatchGetApplications.Output {
        try BatchLimit.check(input.applicationNames.count, limit: 100, of: "application names")
        let applications = try await self.store.read { snapshot in
            try input.applicationNames.map { try snapshot.requireApplication($0, region: context.scope.region) }
        }
        return .init(applicationsInfo: applications.map(\.information))
    }

    func listApplications(
        _ input: CodeDeploy.ListApplications.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.ListApplications.Output {
        let names = try await self.store.read {
            try $0.codeDeployApplications(region: context.scope.region).map(\.name)
        }
        let page = try NextToken.page(of: names.sorted(), after: input.nextToken)
        return .init(applications: page.names, nextToken: page.next)
    }
}

extension StoredApplication {
    fileprivate var information: CodeDeploy.ApplicationInfo {
        CodeDeploy.ApplicationInfo(
            applicationId: self.id, applicationName: self.name, createTime: self.createdAt, linkedToGitHub: false,
            computePlatform: CodeDeploy.ComputePlatform(rawValue: self.computePlatform))
    }
}

/// How many names one Batch call may carry.
enum BatchLimit {
    /// - Throws: `BatchLimitExceededException`
    static func check(_ count: Int, limit: Int, of things: String) throws {
        guard count <= limit else {
            throw CodeDeploy.Errors.batchLimitExceededException(
                "At most \(limit) \(things) can be asked for at once, not \(count).")
        }
    }
}
