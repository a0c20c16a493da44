import Foundation
import LambdaAPI
import Model
import Testing
import WireProtocol

@testable import LambdaService

struct InvokeTests {
    @Test func synchronousInvocationReturnsTheResult() async throws {
        try await LambdaFixture.with { lambda in
            try await lambda.create()
            let response = try await lambda.invoke("hook", #"{"a": 1}"#, tail: true)
            #expect(response.statusCode == 200)
            #expect(response.payload.map { String(decoding: $0, as: UTF8.self) } == #"{"a": 1}"#)
            #expect(response.functionError == nil)
            #expect(response.executedVersion == "$LATEST")
            let tail = response.logResult.flatMap(Base64.decode).map { String(decoding: $0, as: UTF8.self) } ?? ""
            #expect(tail.hasPrefix("START RequestId: ") && tail.contains("\nREPORT RequestId: "))
            await lambda.logs.reports(1)
            #expect(lambda.logs.messages.count { $0.hasPrefix("START ") } == 1)
        }
    }

    @Test func failingFunctionIsASuccessfulCall() async throws {
        try await LambdaFixture.with { lambda in
            try await lambda.create("hook", "def handler(event, context):\n    raise KeyError('k')\n")
            let response = try await lambda.invoke()
            #expect(response.statusCode == 200)
            #expect(response.functionError == "Unhandled")
            #expect(try JSONValue(parsing: response.payload ?? [])["errorType"] == .string("KeyError"))
            #expect(response.logResult == nil)
        }
    }

    @Test func qualifierChoosesTheVersionAndStandsInTheARN() async throws {
        try await LambdaFixture.with { lambda in
            try await lambda.create(
                "hook", "def handler(event, context):\n    return ['one', context.invoked_function_arn]\n")
            _ = try await lambda.aws.call(Lambda.PublishVersion.self, .init(functionName: "hook"))
            _ = try await lambda.aws.call(
                Lambda.CreateAlias.self, .init(functionName: "hook", name: "live", functionVersion: "1"))
            _ = try await lambda.aws.call(
                Lambda.UpdateFunctionCode.self,
                .init(
                    functionName: "hook",
                    zipFile: try LambdaFixture.zip(["index.py": "def handler(e, c):\n    return 'two'\n"])))
            let live = try await lambda.invoke("hook", qualifier: "live")
            #expect(live.executedVersion == "1")
            #expect(
                live.payload.map { String(decoding: $0, as: UTF8.self) }
                    == #"["one", "arn:aws:lambda:us-east-1:123456789012:function:hook:live"]"#)
            let latest = try await lambda.invoke("arn:aws:lambda:us-east-1:123456789012:function:hook")
            #expect(latest.payload.map { String(decoding: $0, as: UTF8.self) } == #""two""#)
            #expect(
                await lambda.code { _ = try await lambda.invoke("hook", qualifier: "none") }
                    == "ResourceNotFoundException")
            #expect(
                await lambda.code { _ = try await lambda.invoke("hook:live", qualifier: "1") }
                    == "InvalidParameterValueException")
        }
    }

    @Test func dryRunRunsNothing() async throws {
        try await LambdaFixture.with(isRunning: false) { lambda in
            try await lambda.create()
            #expect(try await lambda.invoke(type: .dryRun).statusCode == 204)
            #expect(
                await lambda.code { _ = try await lambda.invoke("none", type: .dryRun) } == "ResourceNotFoundException")
        }
    }

    @Test func payloadsAreChecked() async throws {
        try await LambdaFixture.with(isRunning: false) { lambda in
            try await lambda.create()
            #expect(await lambda.code { _ = try await lambda.invoke("hook", "{") } == "InvalidRequestContentException")
            let large = "\"" + String(repeating: "x", count: 1_048_576) + "\""
            #expect(
                await lambda.code { _ = try await lambda.invoke("hook", large, type: .event) }
                    == "RequestTooLargeException")
        }
    }

    @Test func reservedConcurrencyOfZeroThrottles() async throws {
        try await LambdaFixture.with { lambda in
            try await lambda.create()
            _ = try await lambda.aws.call(
                Lambda.PutFunctionConcurrency.self, .init(functionName: "hook", reservedConcurrentExecutions: 0))
            #expect(await lambda.code { _ = try await lambda.invoke() } == "TooManyRequestsException")
            _ = try await lambda.aws.call(Lambda.DeleteFunctionConcurrency.self, .init(functionName: "hook"))
            #expect(try await lambda.invoke().statusCode == 200)
        }
    }

    @Test func roleThatCannotBeAssumedIsNamed() async throws {
        try await LambdaFixture.with { lambda in
            try await lambda.create { $0.role = "arn:aws:iam::123456789012:role/other" }
            #expect(await lambda.code { _ = try await lambda.invoke() } == "InvalidParameterValueException")
        }
    }
}

struct AsynchronousInvocationTests {
    /// Notes each attempt's request id in a file, then fails.
    private static let failing = """
        def handler(event, context):
            with open(event['file'], 'a') as file:
                file.write(context.aws_request_id + '\\n')
            raise ValueError('again')
        """

    private static func attempts(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    @Test func functionErrorIsRetriedTwiceWithTheSameRequestID() async throws {
        let clock = ManualClock(LambdaFixture.start)
        try await LambdaFixture.with(clock: clock) { lambda in
            try await lambda.create("hook", Self.failing)
            let file = lambda.root + "/attempts"
            #expect(try await lambda.invoke("hook", #"{"file":"\#(file)"}"#, type: .event).statusCode == 202)
            await clock.sleeper(until: LambdaFixture.start + .minutes(1))
            #expect(try Self.attempts(file).count == 1)
            clock.advance(by: .minutes(1))
            await clock.sleeper(until: LambdaFixture.start + .minutes(3))
            #expect(try Self.attempts(file).count == 2)
            clock.advance(by: .minutes(2))
            try await lambda.drained()
            let attempts = try Self.attempts(file)
            #expect(attempts.count == 3)
            #expect(Set(attempts).count == 1)
        }
    }

    @Test func hookOfADeploymentIsNotRetried() async throws {
        try await LambdaFixture.with(clock: ManualClock(LambdaFixture.start)) { lambda in
            try await lambda.create("hook", Self.failing)
            let file = lambda.root + "/attempts"
            let deployments = AWSClient(
                transport: lambda.aws.transport, scope: lambda.aws.scope,
                principal: .service("codedeploy.amazonaws.com"))
            _ = try await deployments.call(
                Lambda.Invoke.self,
                .init(functionName: "hook", invocationType: .event, payload: Array(#"{"file":"\#(file)"}"#.utf8)))
            try await lambda.drained()
            #expect(try Self.attempts(file).count == 1)
        }
    }

    @Test func configuredRetriesAreHonoured() async throws {
        try await LambdaFixture.with(clock: ManualClock(LambdaFixture.start)) { lambda in
            try await lambda.create("hook", Self.failing)
            _ = try await lambda.aws.call(
                Lambda.PutFunctionEventInvokeConfig.self, .init(functionName: "hook", maximumRetryAttempts: 0))
            let file = lambda.root + "/attempts"
            _ = try await lambda.invoke("hook", #"{"file":"\#(file)"}"#, type: .event)
            try await lambda.drained()
            #expect(try Self.attempts(file).count == 1)
        }
    }

    @Test func invocationThatACrashInterruptedRunsAfterTheRestart() async throws {
        try await LambdaFixture.with(isRunning: false) { lambda in
            try await lambda.create("hook", "def handler(event, context):\n    open(event['file'], 'w').close()\n")
            let file = lambda.root + "/ran"
            _ = try await lambda.invoke("hook", #"{"file":"\#(file)"}"#, type: .event)
            let restarted = lambda.restarted()
            try await restarted.running { try await restarted.drained() }
            #expect(FileManager.default.fileExists(atPath: file))
        }
    }

    @Test func expiredEventIsDropped() async throws {
        let clock = ManualClock(LambdaFixture.start)
        try await LambdaFixture.with(clock: clock, isRunning: false) { lambda in
            try await lambda.create("hook", Self.failing)
            let file = lambda.root + "/attempts"
            _ = try await lambda.invoke("hook", #"{"file":"\#(file)"}"#, type: .event)
            clock.advance(by: .hours(7))
            try await lambda.running { try await lambda.drained() }
            #expect(!FileManager.default.fileExists(atPath: file))
        }
    }

    @Test func pausesGrowForThrottlesAndFaults() {
        let policy = RetryPolicy(retriesOnError: 2, maximumAge: .hours(6))
        let start = LambdaFixture.start
        let pauses = (1...12).map { policy.afterPostponement(postponements: $0, acceptedAt: start, at: start) }
        #expect(pauses.first == .retry(at: start + .seconds(1)))
        #expect(pauses[4] == .retry(at: start + .seconds(16)))
        #expect(pauses.last == .retry(at: start + .seconds(300)))
        #expect(policy.afterPostponement(postponements: 1, acceptedAt: start, at: start + .hours(6)) == .giveUp)
        #expect(policy.afterFunctionError(failures: 2, acceptedAt: start, at: start) == .retry(at: start + .minutes(2)))
        #expect(policy.afterFunctionError(failures: 3, acceptedAt: start, at: start) == .giveUp)
    }
}
