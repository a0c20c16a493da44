internal import CloudWatchAPI
internal import CodeDeployAPI
internal import ECSAPI
internal import ELBv2API
internal import IAMAPI
internal import LambdaAPI
internal import LogsAPI
internal import S3API
internal import STSAPI
internal import WireProtocol

/// Everything that is generated.
enum AllServices {
    static let shapes: [any Shape.Type] =
        CloudWatch.shapes + CodeDeploy.shapes + ECS.shapes + ELBv2.shapes + IAM.shapes + Lambda.shapes + Logs.shapes
        + S3.shapes + STS.shapes
    static let operations: [any AWSOperation.Type] =
        CloudWatch.operations + CodeDeploy.operations + ECS.operations + ELBv2.operations + IAM.operations
        + Lambda.operations + Logs.operations
        + S3.operations + STS.operations
}
