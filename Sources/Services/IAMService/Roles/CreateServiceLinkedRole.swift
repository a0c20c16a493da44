internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func createServiceLinkedRole(
        _ input: IAM.CreateServiceLinkedRole.Input, _ context: RequestContext
    ) async throws -> IAM.CreateServiceLinkedRole.Output {
        let service = input.awsServiceName
        guard service.hasSuffix(".amazonaws.com"), let baseName = Self.serviceLinkedRoleName(service) else {
            throw IAM.Errors.invalidInputException("Invalid service name \(service)")
        }
        let name = input.customSuffix.map { "\(baseName)_\($0)" } ?? baseName
        let path = "\(StoredIdentity.serviceLinkedPath)\(service)/"
        let role = StoredIdentity(
            account: context.scope.account, kind: .role, name: name, path: path,
            id: "AROA" + Identifiers.upperAlphanumeric(17),
            arn: context.scope.globalARN("iam", "role\(path)\(name)").description, created: self.clock.now(), tags: [],
            trustPolicy: Self.trustPolicy(of: service), description: input.description, maxSessionDuration: 3600)
        try await self.store.write { transaction in
            guard try transaction.identity(.role, name, account: role.account) == nil else {
                throw IAM.Errors.invalidInputException(
                    "Service role name \(name) has been taken in this account, please try a different suffix.")
            }
            try transaction.insertIdentity(role)
        }
        return .init(role: role.role)
    }

    private static let knownNames = [
        "autoscaling.amazonaws.com": "AWSServiceRoleForAutoScaling",
        "custom-resource.application-autoscaling.amazonaws.com":
            "AWSServiceRoleForApplicationAutoScaling_CustomResource",
        "ecs.amazonaws.com": "AWSServiceRoleForECS",
        "ecs.application-autoscaling.amazonaws.com": "AWSServiceRoleForApplicationAutoScaling_ECSService",
        "elasticbeanstalk.amazonaws.com": "AWSServiceRoleForElasticBeanstalk",
        "elasticloadbalancing.amazonaws.com": "AWSServiceRoleForElasticLoadBalancing",
    ]

    /// Every service names its own role; services without a place here get a name in the same manner.
    private static func serviceLinkedRoleName(_ service: String) -> String? {
        if let known = self.knownNames[service] { return known }
        let label = service.dropLast(".amazonaws.com".count)
        guard !label.isEmpty, label.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") })
        else {
            return nil
        }
        let words = label.split { $0 == "-" || $0 == "." }
        return "AWSServiceRoleFor" + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private static func trustPolicy(of service: String) -> String {
        #"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":""# + service
            + #""},"Action":"sts:AssumeRole"}]}"#
    }
}
