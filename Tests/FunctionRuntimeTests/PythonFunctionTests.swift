import Foundation
import Model
import Testing

@testable import FunctionRuntime

@Suite(.serialized, .enabled(if: isInstalled("python3"), "python3 is not installed"))
struct PythonFunctionTests {
    @Test func returnsTheHandlersResult() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function(
                "python3.11", ["index.py": "def handler(event, context):\n    return {'got': event, 'ä': 1}\n"])
            let outcome = try await fixture.invoke(function, #"{"a":[1,2]}"#)
            #expect(outcome.returned == #"{"got": {"a": [1, 2]}, "ä": 1}"#)
        }
    }

    @Test func contextCarriesTheInvocation() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function(
                "python3.11",
                [
                    "app/main.py": """
                    import os
                    def handler(event, context):
                        left = context.get_remaining_time_in_millis()
                        return [context.aws_request_id, context.invoked_function_arn, context.function_name,
                                context.function_version, context.memory_limit_in_mb, context.log_group_name,
                                context.log_stream_name.count('[$LATEST]'), 3000 < left <= 5000]
                    """
                ], handler: "app/main.handler", timeout: .seconds(5))
            let outcome = try await fixture.invoke(function, id: "11111111-2222-4333-8444-555555555555")
            #expect(
                outcome.returned == """
                    ["11111111-2222-4333-8444-555555555555", "arn:aws:lambda:us-east-1:123456789012:function:hook:live", "hook", \
                    "$LATEST", "128", "/aws/lambda/hook", 1, true]
                    """)
        }
    }

    @Test func environmentHasTheDocumentedVariables() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function(
                "python3.11",
                [
                    "index.py": """
                    import os
                    def handler(event, context):
                        return {name: os.environ.get(name) for name in event}
                    """
                ], variables: ["STAGE": "test", "TZ": "Europe/Berlin"])
            let names = [
                "STAGE", "TZ", "LANG", "_HANDLER", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL",
                "AWS_ACCESS_KEY_ID",
                "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_FUNCTION_NAME", "AWS_EXECUTION_ENV",
                "_X_AMZN_TRACE_ID", "TEAL_CRASH_POINT",
            ]
            let event = JSONValue.array(names.map(JSONValue.string)).text
            let returned = try await fixture.invoke(function, event).returned
            let values = try JSONValue(parsing: returned ?? "")
            #expect(
                names.map { values[$0] } == [
                    .string("test"), .string("Europe/Berlin"), .string("en_US.UTF-8"), .string("index.handler"),
                    .string("us-east-1"), .string("us-east-1"), .string("http://127.0.0.1:4566"), .string("ASIA1"),
                    .string("secret"), .string("token"), .string("hook"), .string("AWS_Lambda_python3.11"),
                    .string("Root=1"),
                    .null,
                ])
        }
    }

    @Test func exceptionIsAnErrorObjectAndOneLogEvent() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function(
                "python3.11", ["index.py": "def handler(event, context):\n    raise ValueError('boom')\n"])
            let outcome = try await fixture.invoke(function, id: "r-1")
            #expect(outcome.failure?["errorMessage"] == .string("boom"))
            #expect(outcome.failure?["errorType"] == .string("ValueError"))
            #expect(outcome.failure?["requestId"] == .string("r-1"))
            let frames = outcome.failure?["stackTrace"]?.array?.compactMap(\.string) ?? []
            #expect(frames.count == 1 && frames[0].contains("index.py\", line 2, in handler"))
            let event = try #require(fixture.log.messages.first { $0.hasPrefix("[ERROR] ValueError: boom") })
            #expect(event.contains("\rTraceback (most recent call last):\r"))
            // The process goes on: the second invocation is warm.
            let again = try await fixture.invoke(function)
            #expect(again.tail.last?.contains("Init Duration") == false)
            #expect(fixture.log.streams.count == 1)
        }
    }

    @Test func logHasTheOrderOfTheInvocation() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function(
                "python3.11",
                [
                    "index.py": """
                    import logging, sys
                    print('loading')
                    logging.getLogger().setLevel(logging.INFO)
                    def handler(event, context):
                        print('to stdout')
                        print('to stderr', file=sys.stderr)
                        logging.getLogger('x').info('two\\nlines')
                        sys.stdout.write('unfinished')
                    """
                ])
            let outcome = try await fixture.invoke(function, id: "r-1")
            #expect(outcome.returned == "null")
            let messages = fixture.log.messages
            #expect(messages.count == 9)
            #expect(messages[0].hasPrefix("INIT_START Runtime Version: python:3."))
            #expect(messages[1...4] == ["loading", "START RequestId: r-1 Version: $LATEST", "to stdout", "to stderr"])
            #expect(messages[5].hasPrefix("[INFO]\t20") && messages[5].hasSuffix("Z\tr-1\ttwo\rlines"))
            #expect(messages[6] == "unfinished")
            #expect(messages[7] == "END RequestId: r-1")
            #expect(messages[8].hasPrefix("REPORT RequestId: r-1\tDuration: "))
            #expect(messages[8].contains("\tMemory Size: 128 MB\tMax Memory Used: "))
            #expect(messages[8].hasSuffix(" ms\t"))
            #expect(outcome.tail.first == "START RequestId: r-1 Version: $LATEST")
            #expect(outcome.tail.last == messages[8])
        }
    }

    @Test func exitIsAnExitError() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function(
                "python3.11", ["index.py": "import sys\ndef handler(event, context):\n    sys.exit(event)\n"])
            let outcome = try await fixture.invoke(function, "3", id: "r-1")
            #expect(outcome.failure?["errorType"] == .string("Runtime.ExitError"))
            #expect(
                outcome.failure?["errorMessage"]
                    == .string("RequestId: r-1 Error: Runtime exited with error: exit status 3"))
            #expect(outcome.tail.last?.hasSuffix("Status: error\tError Type: Runtime.ExitError") == true)
            let silent = try await fixture.invoke(function, "0", id: "r-2")
            #expect(
                silent.failure?["errorMessage"]
                    == .string("RequestId: r-2 Error: Runtime exited without providing a reason"))
        }
    }

    @Test func killIsAnExitErrorWithTheSignal() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function(
                "python3.11", ["index.py": "import os\ndef handler(event, context):\n    os.kill(os.getpid(), 9)\n"])
            let outcome = try await fixture.invoke(function, id: "r-1")
            #expect(
                outcome.failure?["errorMessage"]
                    == .string("RequestId: r-1 Error: Runtime exited with error: signal: killed"))
        }
    }

    @Test func timeoutKillsTheWholeGroup() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function(
                "python3.11",
                [
                    "index.py": """
                    import subprocess, time
                    def handler(event, context):
                        if event.get('quick'):
                            return 'fine'
                        child = subprocess.Popen(['sleep', '600'])
                        print('child', child.pid)
                        time.sleep(600)
                    """
                ], timeout: .seconds(4))
            let outcome = try await fixture.invoke(function, id: "r-1")
            #expect(outcome.failure?["errorType"] == .string("Sandbox.Timedout"))
            #expect(
                outcome.failure?["errorMessage"] == .string("RequestId: r-1 Error: Task timed out after 4.00 seconds"))
            #expect(outcome.tail.contains { $0.hasSuffix("Z r-1 Task timed out after 4.00 seconds") })
            #expect(outcome.tail.last?.hasSuffix("Status: timeout") == true)
            // A new process in the same environment and log stream.
            #expect(try await fixture.invoke(function, #"{"quick":true}"#).returned == #""fine""#)
            #expect(fixture.log.streams.count == 1)
            let line = try #require(fixture.log.messages.first { $0.hasPrefix("child ") })
            let child = try #require(Int32(line.dropFirst(6)))
            #expect(kill(child, 0) != 0 || isZombie(child))
        }
    }

    @Test func importErrorIsReportedByTheInvocation() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function("python3.11", ["index.py": "import nowhere_to_be_found\n"])
            let outcome = try await fixture.invoke(function, id: "r-1")
            #expect(outcome.failure?["errorType"] == .string("Runtime.ImportModuleError"))
            #expect(
                outcome.failure?["errorMessage"]
                    == .string("Unable to import module 'index': No module named 'nowhere_to_be_found'"))
            #expect(
                fixture.log.messages.contains {
                    $0.hasPrefix("INIT_REPORT ") && $0.hasSuffix("Error Type: Runtime.ImportModuleError")
                })
        }
    }

    @Test(arguments: [
        ("index.missing", "Runtime.HandlerNotFound", "Handler 'missing' missing on module 'index'"),
        (
            "index", "Runtime.MalformedHandlerName",
            "Bad handler 'index': not enough values to unpack (expected 2, got 1)"
        ),
        ("sys.exit", "Runtime.ImportModuleError", "Cannot use built-in module sys as a handler module"),
        ("broken.handler", "Runtime.UserCodeSyntaxError", nil),
    ])
    func handlerThatCannotBeLoadedIsNamed(handler: String, type: String, message: String?) async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function(
                "python3.11", ["index.py": "", "broken.py": "def x(:\n"], handler: handler)
            let outcome = try await fixture.invoke(function)
            #expect(outcome.failure?["errorType"] == .string(type))
            if let message { #expect(outcome.failure?["errorMessage"] == .string(message)) }
        }
    }

    @Test func resultThatIsNoJSONIsAMarshalError() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function(
                "python3.11", ["index.py": "def handler(event, context):\n    return {'value': object()}\n"])
            let outcome = try await fixture.invoke(function)
            #expect(outcome.failure?["errorType"] == .string("Runtime.MarshalError"))
            #expect(
                outcome.failure?["errorMessage"]
                    == .string("Unable to marshal response: Object of type object is not JSON serializable"))
        }
    }

    @Test func payloadsOfSeveralMegabytesPass() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function(
                "python3.11",
                ["index.py": "def handler(event, context):\n    return event * 2 if len(event) > 6000000 else event\n"])
            let text = String(repeating: "x", count: 5_000_000)
            #expect(try await fixture.invoke(function, "\"\(text)\"").returned == "\"\(text)\"")
            let tooLarge = try await fixture.invoke(function, "\"\(String(repeating: "x", count: 6_200_000))\"")
            #expect(tooLarge.failure?["errorType"] == .string("Function.ResponseSizeTooLarge"))
        }
    }

    @Test func concurrentInvocationsRunInEnvironmentsOfTheirOwn() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function(
                "python3.11",
                [
                    "index.py": """
                    import os, time
                    def handler(event, context):
                        # Returns only when the other one runs as well.
                        open(event['mine'], 'w').close()
                        while not os.path.exists(event['other']):
                            time.sleep(0.01)
                        return os.getpid()
                    """
                ])
            let one = fixture.root + "/one"
            let two = fixture.root + "/two"
            async let first = fixture.invoke(function, #"{"mine":"\#(one)","other":"\#(two)"}"#)
            async let second = fixture.invoke(function, #"{"mine":"\#(two)","other":"\#(one)"}"#)
            let pids = try await [first.returned, second.returned]
            #expect(pids[0] != nil && pids[0] != pids[1])
            #expect(fixture.log.streams.count == 2)
        }
    }

    @Test func limitOfTheFunctionThrottles() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function(
                "python3.11", ["index.py": "def handler(event, context):\n    pass\n"])
            await #expect(throws: FunctionPoolError.functionLimitReached) {
                try await fixture.invoke(function, limit: 0)
            }
            #expect(try await fixture.invoke(function, limit: 1).returned == "null")
            #expect(try await fixture.invoke(function, limit: 1).returned == "null")
        }
    }

    @Test func newRevisionGetsANewEnvironment() async throws {
        try await PoolFixture.with { fixture in
            let old = try await fixture.function("python3.11", ["index.py": "def handler(e, c):\n    return 'old'\n"])
            let new = try await fixture.function("python3.11", ["index.py": "def handler(e, c):\n    return 'new'\n"])
            #expect(try await fixture.invoke(old).returned == #""old""#)
            #expect(try await fixture.invoke(new).returned == #""new""#)
        }
    }

    @Test func expiringCredentialsAreNotReused() async throws {
        try await PoolFixture.with(credentialsLast: .seconds(41)) { fixture in
            let function = try await fixture.function(
                "python3.11", ["index.py": "def handler(e, c):\n    return 1\n"], timeout: .seconds(10))
            _ = try await fixture.invoke(function)
            fixture.clock.advance(by: .seconds(2))
            _ = try await fixture.invoke(function)
            #expect(fixture.log.streams.count == 2)
        }
    }

    @Test func missingVersionRunsAnotherWithAWarning() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function("python3.99", ["index.py": "def handler(e, c):\n    return 1\n"])
            #expect(try await fixture.invoke(function).returned == "1")
            #expect(fixture.log.messages.contains { $0.hasPrefix("[WARN] python3.99 is not usable on this machine") })
        }
    }

    @Test func cancelledCallerIsReleasedWhileTheFunctionRuns() async throws {
        try await PoolFixture.with { pool in
            let function = try await pool.function(
                "python3.11", ["index.py": "import time\ndef handler(event, context):\n    time.sleep(600)\n"],
                timeout: .seconds(900))
            let caller = Task { try await pool.invoke(function) }
            caller.cancel()
            await #expect(throws: CancellationError.self) { try await caller.value }
        }
    }

    @Test func callerOfAStoppedPoolIsToldSo() async throws {
        try await withTemporaryDirectory { root in
            let fixture = PoolFixture.make(root: root, credentialsLast: .hours(1))
            let function = try await fixture.function("python3.11", ["index.py": "def handler(e, c):\n    return 1\n"])
            let service = Task { try await fixture.pool.run() }
            #expect(try await fixture.invoke(function).returned == "1")
            service.cancel()
            try await service.value
            await #expect(throws: FunctionPoolError.stopped) { try await fixture.invoke(function) }
        }
    }
}

private func isZombie(_ pid: Int32) -> Bool {
    // Gone between the two looks: no zombie, and no process either.
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return true }
    return status.contains(") Z ")
}
