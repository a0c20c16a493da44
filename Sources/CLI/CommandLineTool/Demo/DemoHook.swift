package import ArgumentParser
internal import AsyncHTTPClient
internal import CodeDeployAPI
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import WireProtocol

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// `teal demo-hook`: the lifecycle hook functions of the demo, as a custom Lambda runtime. Each invocation reports `VERDICT`
/// to CodeDeploy with the credentials of the function's role.
package struct DemoHook: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "demo-hook", abstract: "The hook functions of the demo.", shouldDisplay: false)

    package init() {}

    package func run() async throws {
        let runtime = try Self.required("AWS_LAMBDA_RUNTIME_API")
        let verdict = CodeDeploy.LifecycleEventStatus(rawValue: try Self.required("VERDICT"))
        let codeDeploy = try AWSClient.fromEnvironment()
        while true {
            let next = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: "http://\(runtime)/2018-06-01/runtime/invocation/next"), timeout: .hours(24))
            let event = try JSONValue(parsing: Array(buffer: try await next.body.collect(upTo: 1 << 20)))
            guard let requestID = next.headers.first(name: "Lambda-Runtime-Aws-Request-Id"),
                let deployment = event["DeploymentId"]?.string,
                let execution = event["LifecycleEventHookExecutionId"]?.string
            else { throw ValidationError("the event names no deployment and hook execution") }
            print("reporting \(verdict.rawValue) for deployment \(deployment)")
            _ = try await codeDeploy.call(
                CodeDeploy.PutLifecycleEventHookExecutionStatus.self,
                CodeDeploy.PutLifecycleEventHookExecutionStatusInput(
                    deploymentId: deployment, lifecycleEventHookExecutionId: execution, status: verdict))
            var reply = HTTPClientRequest(url: "http://\(runtime)/2018-06-01/runtime/invocation/\(requestID)/response")
            reply.method = .POST
            reply.body = .bytes(ByteBuffer(string: "\"\(verdict.rawValue)\""))
            _ = try await HTTPClient.shared.execute(reply, timeout: .seconds(10))
        }
    }

    private static func required(_ name: String) throws -> String {
        guard let value = getenv(name) else { throw ValidationError("demo-hook needs \(name) in its environment") }
        return String(cString: value)
    }
}
