import LambdaAPI
import Model
import Testing
import WireProtocol

@testable import LambdaService

struct FunctionTests {
    @Test func newFunctionHasTheDocumentedDefaults() async throws {
        try await LambdaFixture.with(isRunning: false) { lambda in
            let created = try await lambda.create { $0.timeout = nil }
            #expect(created.functionArn == "arn:aws:lambda:us-east-1:123456789012:function:hook")
            #expect(created.timeout == 3)
            #expect(created.memorySize == 128)
            #expect(created.state == .active)
            #expect(created.lastUpdateStatus == .successful)
            #expect(created.version == "$LATEST")
            #expect(created.loggingConfig?.logGroup == "/aws/lambda/hook")
            #expect(created.lastModified?.hasSuffix("+0000") == true)
            #expect(created.codeSha256.flatMap(Base64.decode)?.count == 32)
            let read = try await lambda.aws.call(
                Lambda.GetFunction.self, .init(functionName: "123456789012:function:hook"))
            #expect(read.configuration == created)
            #expect(await lambda.code { try await lambda.create() } == "ResourceConflictException")
        }
    }

    @Test func whatIsNotSupportedIsNamed() async throws {
        try await LambdaFixture.with(isRunning: false) { lambda in
            let changes: [(String, @Sendable (inout Lambda.CreateFunctionRequest) -> Void)] = [
                ("PackageType Image", { $0.packageType = .image }),
                ("Code.S3Bucket", { $0.code = .init(s3Bucket: "b", s3Key: "k") }),
                ("Layers", { $0.layers = ["arn:aws:lambda:us-east-1:1:layer:l:1"] }),
                ("VpcConfig", { $0.vpcConfig = .init(subnetIds: ["subnet-1"]) }),
                ("LoggingConfig.LogFormat JSON", { $0.loggingConfig = .init(logFormat: .json) }),
                ("java21", { $0.runtime = .init(rawValue: "java21") }),
                (
                    "AWS_REGION, _HANDLER",
                    { $0.environment = .init(variables: ["_HANDLER": "x", "AWS_REGION": "y", "OK": "z"]) }
                ),
                ("4KB", { $0.environment = .init(variables: ["BIG": String(repeating: "x", count: 4096)]) }),
                ("Could not unzip", { $0.code = .init(zipFile: [1, 2, 3]) }),
                ("Handler is mandatory", { $0.handler = nil }), ("Runtime is mandatory", { $0.runtime = nil }),
            ]
            for (name, change) in changes {
                do {
                    try await lambda.create(change: change)
                    Issue.record("\(name) was accepted")
                } catch let error as AWSError {
                    #expect(error.code == "InvalidParameterValueException")
                    #expect(error.message.contains(name))
                }
            }
        }
    }

    @Test func staleRevisionIsRefused() async throws {
        try await LambdaFixture.with(isRunning: false) { lambda in
            let created = try await lambda.create()
            let updated = try await lambda.aws.call(
                Lambda.UpdateFunctionConfiguration.self,
                .init(
                    functionName: "hook", timeout: 9, environment: .init(variables: ["A2": "1"]),
                    revisionId: created.revisionId))
            #expect(updated.timeout == 9)
            #expect(updated.revisionId != created.revisionId)
            let stale = await lambda.code {
                _ = try await lambda.aws.call(
                    Lambda.UpdateFunctionConfiguration.self,
                    .init(functionName: "hook", timeout: 1, revisionId: created.revisionId))
            }
            #expect(stale == "PreconditionFailedException")
        }
    }

    @Test func publishingUnchangedCodeReturnsTheLastVersion() async throws {
        try await LambdaFixture.with(isRunning: false) { lambda in
            try await lambda.create()
            let first = try await lambda.aws.call(Lambda.PublishVersion.self, .init(functionName: "hook"))
            #expect(first.version == "1")
            #expect(first.functionArn?.hasSuffix(":hook:1") == true)
            #expect(try await lambda.aws.call(Lambda.PublishVersion.self, .init(functionName: "hook")).version == "1")
            _ = try await lambda.aws.call(
                Lambda.UpdateFunctionConfiguration.self, .init(functionName: "hook", timeout: 9))
            let second = try await lambda.aws.call(
                Lambda.PublishVersion.self, .init(functionName: "hook", description: "new"))
            #expect(second.version == "2")
            let versions = try await lambda.aws.call(Lambda.ListVersionsByFunction.self, .init(functionName: "hook"))
            #expect(versions.versions?.map(\.version) == ["$LATEST", "1", "2"])
            #expect(versions.versions?[1].timeout == 45)
        }
    }

    @Test func listsGoPageByPage() async throws {
        try await LambdaFixture.with(isRunning: false) { lambda in
            for name in ["c", "a", "b"] { try await lambda.create(name) { $0.publish = name == "a" } }
            let first = try await lambda.aws.call(Lambda.ListFunctions.self, .init(maxItems: 2))
            #expect(first.functions?.map(\.functionName) == ["a", "b"])
            let second = try await lambda.aws.call(
                Lambda.ListFunctions.self, .init(marker: first.nextMarker, maxItems: 2))
            #expect(second.functions?.map(\.functionName) == ["c"])
            #expect(second.nextMarker == nil)
            let all = try await lambda.aws.call(Lambda.ListFunctions.self, .init(functionVersion: .all))
            #expect(all.functions?.map(\.version) == ["$LATEST", "1", "$LATEST", "$LATEST"])
        }
    }

    @Test func deletingAFunctionDeletesAllOfIt() async throws {
        try await LambdaFixture.with(isRunning: false) { lambda in
            try await lambda.create { $0.publish = true }
            _ = try await lambda.aws.call(
                Lambda.CreateAlias.self, .init(functionName: "hook", name: "live", functionVersion: "1"))
            let held = await lambda.code {
                _ = try await lambda.aws.call(Lambda.DeleteFunction.self, .init(functionName: "hook", qualifier: "1"))
            }
            #expect(held == "ResourceConflictException")
            #expect(
                try await lambda.aws.call(Lambda.DeleteFunction.self, .init(functionName: "hook")).statusCode == 204)
            let gone = await lambda.code {
                _ = try await lambda.aws.call(Lambda.GetFunction.self, .init(functionName: "hook"))
            }
            #expect(gone == "ResourceNotFoundException")
            try await lambda.create()
        }
    }

    @Test func aliasesMoveAndAreListed() async throws {
        try await LambdaFixture.with(isRunning: false) { lambda in
            try await lambda.create { $0.publish = true }
            let alias = try await lambda.aws.call(
                Lambda.CreateAlias.self, .init(functionName: "hook", name: "live", functionVersion: "1"))
            #expect(alias.aliasArn == "arn:aws:lambda:us-east-1:123456789012:function:hook:live")
            let moved = try await lambda.aws.call(
                Lambda.UpdateAlias.self, .init(functionName: "hook", name: "live", functionVersion: "$LATEST"))
            #expect(moved.functionVersion == "$LATEST")
            #expect(moved.revisionId != alias.revisionId)
            #expect(try await lambda.aws.call(Lambda.ListAliases.self, .init(functionName: "hook")).aliases?.count == 1)
            let weighted = await lambda.code {
                _ = try await lambda.aws.call(
                    Lambda.UpdateAlias.self,
                    .init(
                        functionName: "hook", name: "live", routingConfig: .init(additionalVersionWeights: ["1": 0.5])))
            }
            #expect(weighted == "InvalidParameterValueException")
            _ = try await lambda.aws.call(Lambda.DeleteAlias.self, .init(functionName: "hook", name: "live"))
            let gone = await lambda.code {
                _ = try await lambda.aws.call(Lambda.GetAlias.self, .init(functionName: "hook", name: "live"))
            }
            #expect(gone == "ResourceNotFoundException")
        }
    }

    @Test func permissionsMakeUpThePolicy() async throws {
        try await LambdaFixture.with(isRunning: false) { lambda in
            try await lambda.create()
            let input = Lambda.AddPermissionRequest(
                functionName: "hook", statementId: "s1", action: "lambda:InvokeFunction",
                principal: "codedeploy.amazonaws.com",
                sourceArn: "arn:aws:codedeploy:us-east-1:123456789012:x", sourceAccount: "123456789012")
            let statement = try await lambda.aws.call(Lambda.AddPermission.self, input).statement
            let policy = try await lambda.aws.call(Lambda.GetPolicy.self, .init(functionName: "hook"))
            #expect(
                try JSONValue(parsing: policy.policy ?? "")["Statement"]?.array == [
                    try JSONValue(parsing: statement ?? "")
                ])
            #expect(
                try JSONValue(parsing: statement ?? "")["Condition"]?["ArnLike"]?["AWS:SourceArn"]
                    == .string("arn:aws:codedeploy:us-east-1:123456789012:x"))
            #expect(
                await lambda.code { _ = try await lambda.aws.call(Lambda.AddPermission.self, input) }
                    == "ResourceConflictException")
            _ = try await lambda.aws.call(Lambda.RemovePermission.self, .init(functionName: "hook", statementId: "s1"))
            let none = await lambda.code {
                _ = try await lambda.aws.call(Lambda.GetPolicy.self, .init(functionName: "hook"))
            }
            #expect(none == "ResourceNotFoundException")
        }
    }

    @Test func tagsAreKept() async throws {
        try await LambdaFixture.with(isRunning: false) { lambda in
            let arn = try #require(try await lambda.create { $0.tags = ["a": "1"] }.functionArn)
            _ = try await lambda.aws.call(Lambda.TagResource.self, .init(resource: arn, tags: ["b": "2"]))
            _ = try await lambda.aws.call(Lambda.UntagResource.self, .init(resource: arn, tagKeys: ["a"]))
            #expect(try await lambda.aws.call(Lambda.ListTags.self, .init(resource: arn)).tags == ["b": "2"])
            #expect(try await lambda.aws.call(Lambda.GetFunction.self, .init(functionName: "hook")).tags == ["b": "2"])
        }
    }

    @Test func eventInvokeConfigIsReplacedAndUpdated() async throws {
        try await LambdaFixture.with(isRunning: false) { lambda in
            try await lambda.create()
            let absent = await lambda.code {
                _ = try await lambda.aws.call(Lambda.GetFunctionEventInvokeConfig.self, .init(functionName: "hook"))
            }
            #expect(absent == "ResourceNotFoundException")
            _ = try await lambda.aws.call(
                Lambda.PutFunctionEventInvokeConfig.self,
                .init(functionName: "hook", maximumRetryAttempts: 1, maximumEventAgeInSeconds: 60))
            let updated = try await lambda.aws.call(
                Lambda.UpdateFunctionEventInvokeConfig.self, .init(functionName: "hook", maximumRetryAttempts: 0))
            #expect(updated.maximumRetryAttempts == 0)
            #expect(updated.maximumEventAgeInSeconds == 60)
            _ = try await lambda.aws.call(Lambda.DeleteFunctionEventInvokeConfig.self, .init(functionName: "hook"))
        }
    }

    @Test(
        arguments: [
            ("hook", nil, "hook", nil), ("hook:live", nil, "hook", "live"), ("hook", "1", "hook", "1"),
            ("123456789012:function:hook", nil, "hook", nil), ("function:hook", nil, "hook", nil),
            ("arn:aws:lambda:us-east-1:123456789012:function:hook", nil, "hook", nil),
            ("arn:aws:lambda:us-east-1:123456789012:function:hook:$LATEST", "$LATEST", "hook", "$LATEST"),
        ] as [(String, String?, String, String?)])
    func everyFormOfANameIsRead(text: String, parameter: String?, name: String, qualifier: String?) throws {
        let reference = try FunctionReference(text, qualifier: parameter)
        #expect(reference.name == name)
        #expect(reference.qualifier == qualifier)
    }
}
