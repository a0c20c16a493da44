import Foundation
import Model
import Testing

@testable import FunctionRuntime

@Suite(.serialized, .enabled(if: isInstalled("node"), "node is not installed"))
struct NodeFunctionTests {
    @Test(arguments: [
        ("index.js", "exports.handler = async (event, context) => ({ got: event, arn: context.invokedFunctionArn });"),
        (
            "index.mjs",
            "export const handler = async (event, context) => ({ got: event, arn: context.invokedFunctionArn });"
        ),
        (
            "index.js",
            "exports.handler = (event, context, callback) => { callback(null, { got: event, arn: context.invokedFunctionArn }); };"
        ),
        (
            "index.cjs",
            "exports.handler = (event, context, callback) => { setTimeout(() => callback(null, { got: event, arn: context.invokedFunctionArn }), 5); };"
        ),
    ])
    func everyStyleOfHandlerReturnsItsResult(file: String, source: String) async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function("nodejs20.x", [file: source])
            let expected = #"{"got":{"a":1},"arn":"arn:aws:lambda:us-east-1:123456789012:function:hook:live"}"#
            #expect(try await fixture.invoke(function, #"{"a":1}"#).returned == expected)
            #expect(try await fixture.invoke(function, #"{"a":1}"#).returned == expected)
            #expect(fixture.log.streams.count == 1)
        }
    }

    @Test func callbackResultWaitsForTheEventLoop() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function(
                "nodejs20.x",
                [
                    "index.js": """
                    exports.handler = (event, context, callback) => {
                      context.callbackWaitsForEmptyEventLoop = event.wait;
                      setTimeout(() => console.log('later'), event.wait ? 5 : 600000);
                      callback(null, 'done');
                    };
                    """
                ])
            let waited = try await fixture.invoke(function, #"{"wait":true}"#)
            #expect(waited.tail.contains { $0.hasSuffix("\tINFO\tlater") })
            let hurried = try await fixture.invoke(function, #"{"wait":false}"#)
            #expect(hurried.returned == #""done""#)
            #expect(!hurried.tail.contains { $0.hasSuffix("\tINFO\tlater") })
        }
    }

    @Test func handlerWithoutAResultReturnsNull() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function("nodejs20.x", ["index.js": "exports.handler = () => 5;"])
            #expect(try await fixture.invoke(function).returned == "null")
        }
    }

    @Test func errorsAreNamedAndLogged() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function(
                "nodejs20.x",
                [
                    "index.js":
                        "exports.handler = (event, context, callback) => { if (event.callback) callback(new RangeError('far')); else throw new TypeError('bad'); };"
                ])
            let thrown = try await fixture.invoke(function, id: "r-1")
            #expect(thrown.failure?["errorType"] == .string("TypeError"))
            #expect(thrown.failure?["errorMessage"] == .string("bad"))
            #expect(thrown.failure?["trace"]?.array?.first == .string("TypeError: bad"))
            #expect(thrown.tail.contains { $0.contains("\tr-1\tERROR\tInvoke Error \t{\"errorType\":\"TypeError\"") })
            let called = try await fixture.invoke(function, #"{"callback":true}"#)
            #expect(called.failure?["errorType"] == .string("RangeError"))
        }
    }

    @Test func uncaughtExceptionEndsTheProcessWithItsError() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function(
                "nodejs20.x",
                [
                    "index.js":
                        "exports.handler = (e, c, done) => { if (e.fine) return done(null, 1); setTimeout(() => { throw new Error('late'); }, 5); };"
                ])
            #expect(try await fixture.invoke(function).failure?["errorMessage"] == .string("late"))
            #expect(try await fixture.invoke(function, #"{"fine":true}"#).returned == "1")
        }
    }

    @Test(arguments: [
        ("index.missing", "Runtime.HandlerNotFound"), ("absent.handler", "Runtime.ImportModuleError"),
        ("broken.handler", "Runtime.UserCodeSyntaxError"), ("index", "Runtime.MalformedHandlerName"),
    ])
    func handlerThatCannotBeLoadedIsNamed(handler: String, type: String) async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function(
                "nodejs20.x", ["index.js": "exports.handler = () => 1;", "broken.js": "exports.handler = ("],
                handler: handler)
            #expect(try await fixture.invoke(function).failure?["errorType"] == .string(type))
        }
    }

    @Test func consoleLinesCarryLevelAndRequest() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function(
                "nodejs20.x", ["index.js": "exports.handler = async () => { console.warn('a\\nb', { c: 1 }); };"])
            _ = try await fixture.invoke(function, id: "r-1")
            #expect(fixture.log.messages.contains { $0.hasPrefix("20") && $0.hasSuffix("Z\tr-1\tWARN\ta\rb { c: 1 }") })
        }
    }
}

struct CustomRuntimeTests {
    @Test func ownBootstrapSpeaksToTheRuntimeAPI() async throws {
        try await PoolFixture.with { fixture in
            let script = """
                #!/usr/bin/env python3
                import os, urllib.request
                base = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime/'
                while True:
                    event = urllib.request.urlopen(base + 'invocation/next')
                    id = event.headers['Lambda-Runtime-Aws-Request-Id']
                    urllib.request.urlopen(base + 'invocation/' + id + '/response', event.read())
                """
            let function = try await fixture.function("provided.al2023", ["bootstrap": script], executable: true)
            #expect(try await fixture.invoke(function, #"{"echo":1}"#).returned == #"{"echo":1}"#)
            #expect(try await fixture.invoke(function, #"{"echo":2}"#).returned == #"{"echo":2}"#)
        }
    }

    @Test func absentBootstrapIsNamed() async throws {
        try await PoolFixture.with { fixture in
            let function = try await fixture.function("provided.al2023", ["main": ""])
            let failure = try await fixture.invoke(function).failure
            #expect(failure?["errorType"] == .string("Runtime.InvalidEntrypoint"))
            #expect(failure?["errorMessage"]?.string?.contains("bootstrap: No such file or directory") == true)
        }
    }
}
