internal import ECSAPI

/// The network configuration of tasks, beside their definition's network mode. There is no VPC: ids are kept where EC2 could
/// have made them.
enum NetworkRules {
    /// - Throws: `InvalidParameterException`.
    static func check(
        _ network: ECS.NetworkConfiguration?, with definition: ECS.TaskDefinition, isFargate: Bool
    ) throws {
        guard definition.networkMode == .awsvpc else {
            guard network?.awsvpcConfiguration == nil else {
                throw ECS.Errors.invalidParameterException(
                    "Network Configuration is not valid for the given networkMode of this task definition.")
            }
            return
        }
        guard let vpc = network?.awsvpcConfiguration else {
            throw ECS.Errors.invalidParameterException(
                "Network Configuration must be provided when networkMode 'awsvpc' is specified.")
        }
        guard !vpc.subnets.isEmpty else { throw ECS.Errors.invalidParameterException("subnets can not be empty.") }
        guard vpc.subnets.count <= 16 else {
            throw ECS.Errors.invalidParameterException("subnets can have at most 16 items.")
        }
        for subnet in vpc.subnets where !self.isWellFormed(subnet, prefix: "subnet-") {
            throw ECS.Errors.invalidParameterException(
                "Error retrieving subnet information for [\(subnet)]: The subnet ID '\(subnet)' does not exist (ErrorCode: InvalidSubnetID.NotFound)"
            )
        }
        let groups = vpc.securityGroups ?? []
        guard groups.count <= 5 else {
            throw ECS.Errors.invalidParameterException("securityGroups can have at most 5 items.")
        }
        for group in groups where !self.isWellFormed(group, prefix: "sg-") {
            throw ECS.Errors.invalidParameterException(
                "Error retrieving security group information for [\(group)]: The security group '\(group)' does not exist (ErrorCode: InvalidGroup.NotFound)"
            )
        }
        guard isFargate || vpc.assignPublicIp != .enabled else {
            throw ECS.Errors.invalidParameterException("Assign public IP is not supported for this launch type.")
        }
    }

    private static func isWellFormed(_ id: String, prefix: String) -> Bool {
        let rest = id.dropFirst(prefix.count)
        return id.hasPrefix(prefix) && !rest.isEmpty
            && rest.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }
}
