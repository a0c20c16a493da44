internal import Model

/// The policies that AWS keeps (`arn:aws:iam::aws:policy/…`). Every well-formed ARN is accepted, because AWS adds policies
/// all the time; the ones that deployments use are listed.
struct AWSManagedPolicy: Equatable, Sendable {
    let arn: String
    let name: String
    let path: String

    /// `nil` where the ARN is not of a policy that AWS keeps.
    init?(arn text: String) {
        guard let arn = ARN(text), arn.service == "iam", arn.account == "aws", arn.resource.hasPrefix("policy/") else {
            return nil
        }
        let segments = arn.resourceSegments
        guard let name = segments.last, !name.isEmpty, segments.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.arn = text
        self.name = name
        let folders = segments.dropFirst().dropLast()
        self.path = folders.isEmpty ? "/" : "/" + folders.joined(separator: "/") + "/"
    }

    static func listed(in scope: Scope) -> [AWSManagedPolicy] {
        self.listedNames.compactMap { AWSManagedPolicy(arn: "arn:\(scope.partition):iam::aws:policy/\($0)") }
    }

    private static let listedNames = [
        "AWSCodeBuildAdminAccess", "AWSCodeCommitPowerUser", "AWSCodeDeployRoleForECS", "AWSCodePipeline_FullAccess",
        "AdministratorAccess", "AmazonEC2ContainerRegistryPowerUser", "AmazonEC2ContainerRegistryReadOnly",
        "AmazonECSInfrastructureRolePolicyForLoadBalancers", "AmazonECS_FullAccess", "AmazonSSMManagedInstanceCore",
        "PowerUserAccess",
        "ReadOnlyAccess", "service-role/AWSCodeDeployRole", "service-role/AWSLambdaBasicExecutionRole",
        "service-role/AWSLambdaVPCAccessExecutionRole", "service-role/AmazonEC2ContainerServiceforEC2Role",
        "service-role/AmazonECSTaskExecutionRolePolicy",
    ]

    /// Always the same for a policy.
    var id: String { "ANPA" + self.name.uppercased().filter { $0.isASCII && $0.isLetter }.prefix(17) }

    /// Without statements: what AWS's own documents allow is not copied here.
    var document: String { #"{"Version":"2012-10-17","Statement":[]}"# }

    /// AWS does not say when it made most of them; the year of managed policies stands in.
    var created: Timestamp { Timestamp(milliseconds: 1_423_249_260_000) }
}
