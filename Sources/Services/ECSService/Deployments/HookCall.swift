internal import DeploymentEngine
internal import LambdaAPI
internal import Model
internal import STSAPI
internal import Store
internal import WireProtocol

/// One call of a hook's function, and what its answer means (ecs.md section 11).
struct HookCall: Sendable {
    let aws: AWSClient
    let scope: Scope
    let deployment: StoredServiceDeployment
    let invocation: ServiceDeployment.HookInvocation

    private var key: ServiceKey { self.deployment.service }

    /// - Throws: an error of Lambda that may pass by itself.
    func perform(_ function: String, role: String?) async throws -> ServiceDeployment.HookAnswer {
        if let role {
            do {
                _ = try await self.aws.call(
                    STS.AssumeRole.self, .init(roleArn: role, roleSessionName: "ecs-lifecycle-hook"))
            } catch let error as AWSError {
                return .unusable("ECS was unable to assume role \(role) due to \(error.message)")
            }
        }
        let output: Lambda.Invoke.Output
        do {
            output = try await self.aws.call(
                Lambda.Invoke.self,
                .init(functionName: function, invocationType: .requestResponse, payload: self.payload.serialized))
        } catch let error as AWSError where error.status < 500 && error.status != 429 {
            return .unusable("ECS was unable to invoke hook target \(function) due to \(error.message)")
        }
        return HookResponse(output.payload ?? [], configured: self.invocation.details).answer(of: function)
    }

    /// `hookDetails` only where there are some.
    var payload: JSONValue {
        // The text was written by this server, as JSON.
        let details = self.invocation.details.flatMap { try? JSONValue(parsing: Array($0.utf8)) }
        return .object(
            [
                .init(
                    "executionId",
                    .string(HookIdentity(deployment: self.deployment.machine.id, run: self.invocation.run).executionID)),
                .init("lifecycleStage", .string(self.invocation.stage.rawValue)),
                .init(
                    "resourceArn", .string(self.scope.serviceDeploymentARN(self.deployment.machine.id, of: self.key))),
                .init(
                    "executionDetails",
                    .object([
                        .init("serviceArn", .string(self.scope.serviceARN(self.key))),
                        .init(
                            "targetServiceRevisionArn",
                            .string(
                                self.scope.serviceRevisionARN(
                                    self.deployment.machine.plan.target.rawValue, of: self.key))),
                        .init("testTrafficWeights", self.weights(self.invocation.testWeights)),
                        .init("productionTrafficWeights", self.weights(self.invocation.productionWeights)),
                    ])),
            ] + (details.map { [.init("hookDetails", $0)] } ?? []))
    }

    /// Whole percents by revision ARN.
    private func weights(_ weights: [ServiceDeployment.RevisionID: Int]) -> JSONValue {
        .object(
            weights.sorted { $0.key.rawValue < $1.key.rawValue }.map { revision, permille in
                .init(
                    self.scope.serviceRevisionARN(revision.rawValue, of: self.key),
                    permille.isMultiple(of: 10) ? .integer(Int64(permille / 10)) : .number(Double(permille) / 10))
            })
    }
}
