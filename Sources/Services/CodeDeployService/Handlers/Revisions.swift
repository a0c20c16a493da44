internal import CodeDeployAPI
internal import DeploymentEngine
internal import Model
internal import Store
internal import WireProtocol

extension CodeDeployHandlers {
    func registerApplicationRevision(
        _ input: CodeDeploy.RegisterApplicationRevision.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.RegisterApplicationRevision.Output {
        try DeploymentDescription.check(input.description)
        let content = try RevisionContent(input.revision)
        let now = self.clock.now()
        try await self.store.write { transaction in
            let application = try transaction.requireApplication(input.applicationName, region: context.scope.region)
            var revision = try transaction.revision(content, of: application, registeredAt: now)
            revision.description = input.description ?? revision.description
            try transaction.save(revision)
        }
        return .init()
    }

    func getApplicationRevision(
        _ input: CodeDeploy.GetApplicationRevision.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.GetApplicationRevision.Output {
        let sha256 = try RevisionContent.identity(of: input.revision)
        let (revision, groups) = try await self.store.read { snapshot in
            let application = try snapshot.requireApplication(input.applicationName, region: context.scope.region)
            guard let revision = try snapshot.codeDeployRevision(applicationID: application.id, sha256: sha256) else {
                throw CodeDeploy.Errors.revisionDoesNotExistException(
                    "No revision with sha256 \(sha256) is registered with the application \(application.name).")
            }
            return (revision, try snapshot.groups(targeting: sha256, of: application))
        }
        return .init(
            applicationName: input.applicationName,
            revision: try StoredShape.decode(CodeDeploy.RevisionLocation.self, from: revision.body),
            revisionInfo: revision.information(groups: groups))
    }

    /// Unknown revisions are left out.
    func batchGetApplicationRevisions(
        _ input: CodeDeploy.BatchGetApplicationRevisions.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.BatchGetApplicationRevisions.Output {
        try BatchLimit.check(input.revisions.count, limit: 25, of: "revisions")
        let identities = try input.revisions.map(RevisionContent.identity(of:))
        let revisions = try await self.store.read { snapshot in
            let application = try snapshot.requireApplication(input.applicationName, region: context.scope.region)
            return try identities.compactMap { sha256 -> CodeDeploy.RevisionInfo? in
                guard let revision = try snapshot.codeDeployRevision(applicationID: application.id, sha256: sha256)
                else { return nil }
                return CodeDeploy.RevisionInfo(
                    revisionLocation: try StoredShape.decode(CodeDeploy.RevisionLocation.self, from: revision.body),
                    genericRevisionInfo: revision.information(
                        groups: try snapshot.groups(targeting: sha256, of: application)))
            }
        }
        return .init(applicationName: input.applicationName, revisions: revisions)
    }

    func listApplicationRevisions(
        _ input: CodeDeploy.ListApplicationRevisions.Input, _ context: RequestContext
    ) async throws -> CodeDeploy.ListApplicationRevisions.Output {
        if input.s3KeyPrefix != nil, input.s3Bucket == nil {
            throw CodeDeploy.Errors.bucketNameFilterRequiredException(
                "A bucket name is required, but was not specified.")
        }
        let (all, targeted) = try await self.store.read { snapshot in
            let application = try snapshot.requireApplication(input.applicationName, region: context.scope.region)
            let all = try snapshot.codeDeployRevisions(applicationID: application.id)
            return (
                all,
                Set(
                    try all.filter { try !snapshot.groups(targeting: $0.sha256, of: application).isEmpty }.map(\.sha256)
                )
            )
        }
        // Only S3 revisions have a bucket, and there are none.
        var revisions = input.s3Bucket == nil ? all : []
        switch input.deployed ?? .ignore {
        case .include: revisions = revisions.filter { targeted.contains($0.sha256) }
        case .exclude: revisions = revisions.filter { !targeted.contains($0.sha256) }
        case .ignore, .unknown: break
        }
        let time: (StoredRevision) -> Int64 =
            switch input.sortBy ?? .registerTime {
            case .firstUsedTime: { $0.firstUsedAt?.milliseconds ?? .max }
            case .lastUsedTime: { $0.lastUsedAt?.milliseconds ?? .max }
            case .registerTime, .unknown: { $0.registeredAt.milliseconds }
            }
        revisions.sort { (time($0), $0.sha256) < (time($1), $1.sha256) }
        if input.sortOrder == .descending { revisions.reverse() }
        if let last = try NextToken.decode(input.nextToken) {
            guard let index = revisions.firstIndex(where: { $0.sha256 == last }) else {
                throw CodeDeploy.Errors.invalidNextTokenException("The next token is not valid.")
            }
            revisions.removeFirst(index + 1)
        }
        let page = revisions.prefix(NextToken.pageSize)
        return .init(
            revisions: try page.map { try StoredShape.decode(CodeDeploy.RevisionLocation.self, from: $0.body) },
            nextToken: page.count < revisions.count ? page.last.map { NextToken.encode($0.sha256) } : nil)
    }
}

extension StoreSnapshot {
    /// The stored record of this content, or a new one.
    func revision(
        _ content: RevisionContent, of application: StoredApplication, registeredAt now: Timestamp
    ) throws -> StoredRevision {
        try self.codeDeployRevision(applicationID: application.id, sha256: content.sha256)
            ?? StoredRevision(
                applicationID: application.id, sha256: content.sha256, body: StoredShape.encode(content.location),
                registeredAt: now)
    }

    /// A revision that is named by its digest alone, with the content that it was registered or deployed with.
    /// - Throws: `RevisionDoesNotExistException`
    func completed(
        _ revision: CodeDeploy.RevisionLocation, of application: StoredApplication
    ) throws -> CodeDeploy.RevisionLocation {
        guard let sha256 = try RevisionContent.soleIdentity(of: revision) else { return revision }
        guard let stored = try self.codeDeployRevision(applicationID: application.id, sha256: sha256) else {
            throw CodeDeploy.Errors.revisionDoesNotExistException(
                "No revision with sha256 \(sha256) is registered with the application \(application.name).")
        }
        return try StoredShape.decode(CodeDeploy.RevisionLocation.self, from: stored.body)
    }

    /// Names of the groups whose last successful deployment was of this revision.
    fileprivate func groups(targeting sha256: String, of application: StoredApplication) throws -> [String] {
        try self.codeDeployGroups(applicationID: application.id).filter { group in
            guard let revision = try self.targetRevision(of: group) else { return false }
            return (revision.appSpecContent?.sha256 ?? revision.string?.sha256) == sha256
        }.map(\.name)
    }

    /// The revision that the group was last successfully deployed with.
    func targetRevision(of group: StoredDeploymentGroup) throws -> CodeDeploy.RevisionLocation? {
        guard let last = try self.lastCodeDeployDeployment(groupID: group.id, status: .succeeded) else { return nil }
        return try StoredShape.decode(CodeDeploy.DeploymentInfo.self, from: last.body).revision
    }
}

extension StoredRevision {
    fileprivate func information(groups: [String]) -> CodeDeploy.GenericRevisionInfo {
        CodeDeploy.GenericRevisionInfo(
            description: self.description, deploymentGroups: groups, firstUsedTime: self.firstUsedAt,
            lastUsedTime: self.lastUsedAt, registerTime: self.registeredAt)
    }
}

/// The text that a user gives a deployment or a revision.
enum DeploymentDescription {
    /// - Throws: `DescriptionTooLongException`
    static func check(_ description: String?) throws {
        guard (description ?? "").count <= 256 else {
            throw CodeDeploy.Errors.descriptionTooLongException("The description has more than 256 characters.")
        }
    }
}
