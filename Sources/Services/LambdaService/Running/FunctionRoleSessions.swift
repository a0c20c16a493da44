internal import FunctionRuntime
internal import LambdaAPI
internal import Model
internal import STSAPI
internal import WireProtocol

/// Sessions of functions' roles: what functions sign their own calls with.
struct FunctionRoleSessions: Sendable {
    let aws: AWSClient

    /// - Throws: `InvalidParameterValueException` where the role cannot be assumed.
    func credentials(for function: FunctionSpecification) async throws -> FunctionCredentials {
        let response: STS.AssumeRoleResponse
        do {
            response = try await self.aws.acting(in: function.arn.scope).call(
                STS.AssumeRole.self,
                STS.AssumeRoleRequest(roleArn: function.role, roleSessionName: function.name, durationSeconds: 3600))
        } catch let error as AWSError {
            throw Lambda.Errors.invalidParameterValueException(
                "The role defined for the function cannot be assumed by Lambda. \(function.role): \(error.message)")
        }
        guard let keys = response.credentials, let id = keys.accessKeyId, let secret = keys.secretAccessKey,
            let token = keys.sessionToken, let expiration = keys.expiration
        else {
            throw Lambda.Errors.serviceException("AssumeRole answered without credentials for \(function.role)")
        }
        return FunctionCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token, expiresAt: expiration)
    }
}
