internal import ECSAPI
internal import ELBv2API
internal import Model
internal import WireProtocol

extension ECSHandlers {
    /// The target groups exist, stand behind a load balancer and take the kind of target that the tasks will be.
    /// - Throws: `InvalidParameterException`.
    func checkTargetGroups(_ loadBalancers: [ECS.LoadBalancer], _ definition: ECS.TaskDefinition?, in scope: Scope)
        async throws
    {
        for arn in loadBalancers.compactMap(\.targetGroupArn) {
            let group: ELBv2.TargetGroup?
            do {
                group = try await self.aws.acting(in: scope).call(
                    ELBv2.DescribeTargetGroups.self, .init(targetGroupArns: [arn])
                ).targetGroups?.first
            } catch let error as AWSError where error.fault == .sender {
                throw ECS.Errors.invalidParameterException(
                    "The target group with targetGroupArn \(arn) does not exist.")
            }
            guard group?.loadBalancerArns?.isEmpty == false else {
                throw ECS.Errors.invalidParameterException(
                    "The target group with targetGroupArn \(arn) does not have an associated load balancer.")
            }
            let isVPC = definition?.networkMode == .awsvpc
            if isVPC, group?.targetType == .instance {
                throw ECS.Errors.invalidParameterException(
                    "The provided target group \(arn) has target type instance, which is incompatible with the awsvpc network mode specified in the task definition."
                )
            }
            if !isVPC, group?.targetType == .ip, definition != nil {
                throw ECS.Errors.invalidParameterException(
                    "The provided target group \(arn) has target type ip, which is incompatible with the \(definition?.networkMode?.rawValue ?? "bridge") network mode specified in the task definition."
                )
            }
        }
    }
}
