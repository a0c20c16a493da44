internal import CodeDeployAPI
internal import DeploymentEngine
internal import Model
internal import Store
internal import WireProtocol

extension StoreSnapshot {
    /// - Throws: `ApplicationDoesNotExistException`
    func requireApplication(_ name: String, region: String) throws -> StoredApplication {
        try ResourceName.checkApplication(name)
        guard let application = try self.codeDeployApplication(named: name, region: region) else {
            throw CodeDeploy.Errors.applicationDoesNotExistException("No application found for name: \(name)")
        }
        return application
    }

    /// - Throws: `DeploymentGroupDoesNotExistException`
    func requireGroup(_ name: String, of application: StoredApplication) throws -> StoredDeploymentGroup {
        try ResourceName.checkGroup(name)
        guard let group = try self.codeDeployGroup(named: name, applicationID: application.id) else {
            throw CodeDeploy.Errors.deploymentGroupDoesNotExistException("No Deployment Group found for name: \(name)")
        }
        return group
    }

    /// - Throws: `DeploymentConfigDoesNotExistException`
    func requireConfig(_ name: String, region: String) throws -> CodeDeploy.DeploymentConfigInfo {
        try ResourceName.checkConfig(name)
        if let predefined = PredefinedConfigs.config(named: name) { return predefined }
        guard let stored = try self.codeDeployConfig(named: name, region: region) else {
            throw CodeDeploy.Errors.deploymentConfigDoesNotExistException(
                "No Deployment Configuration found for name: \(name)")
        }
        return try StoredShape.decode(CodeDeploy.DeploymentConfigInfo.self, from: stored.body)
    }

    /// - Throws: `InvalidDeploymentIdException`, `DeploymentDoesNotExistException`
    func requireDeployment(_ id: String, region: String) throws -> StoredDeployment {
        let id = try ResourceName.deployment(id)
        guard let deployment = try self.codeDeployDeployment(id), deployment.scope.region == region else {
            throw ResourceName.noDeployment(id)
        }
        return deployment
    }
}

/// What names and ids may look like.
enum ResourceName {
    private static let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+=,@-")

    private static func isValid(_ name: String) -> Bool {
        (1...100).contains(name.count) && name.allSatisfy(self.allowed.contains)
    }

    static func checkApplication(_ name: String) throws {
        guard !name.isEmpty else {
            throw CodeDeploy.Errors.applicationNameRequiredException("An application name must be specified.")
        }
        guard self.isValid(name) else {
            throw CodeDeploy.Errors.invalidApplicationNameException("The application name '\(name)' is not valid.")
        }
    }

    static func checkGroup(_ name: String) throws {
        guard !name.isEmpty else {
            throw CodeDeploy.Errors.deploymentGroupNameRequiredException("A deployment group name must be specified.")
        }
        guard self.isValid(name) else {
            throw CodeDeploy.Errors.invalidDeploymentGroupNameException(
                "The deployment group name '\(name)' is not valid.")
        }
    }

    static func checkConfig(_ name: String) throws {
        guard !name.isEmpty else {
            throw CodeDeploy.Errors.deploymentConfigNameRequiredException(
                "A deployment configuration name must be specified.")
        }
        guard self.isValid(name) else {
            throw CodeDeploy.Errors.invalidDeploymentConfigNameException(
                "The deployment configuration name '\(name)' is not valid.")
        }
    }

    /// `d-` and nine upper-case letters and digits.
    static func deployment(_ id: String?) throws -> CodeDeployDeployment.ID {
        guard let id, !id.isEmpty else {
            throw CodeDeploy.Errors.deploymentIdRequiredException("A deployment ID must be specified.")
        }
        let digits = id.dropFirst(2)
        guard id.hasPrefix("d-"), digits.count == 9,
            digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isUppercase) })
        else {
            throw CodeDeploy.Errors.invalidDeploymentIdException(
                "Specified DeploymentId is not in the valid format: \(id)")
        }
        return CodeDeployDeployment.ID(rawValue: id)
    }

    static func noDeployment(_ id: CodeDeployDeployment.ID) -> AWSError {
        CodeDeploy.Errors.deploymentDoesNotExistException("The deployment \(id) could not be found")
    }
}
