// swift-tools-version:6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let collections: Target.Dependency = .product(name: "OrderedCollections", package: "swift-collections")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

/// A library target in the room `path` of the house (docs/architecture.md).
func library(_ name: String, in path: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/\(path)", swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "teal",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "teal", targets: ["teal"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.2"),
    ],
    targets: [
        // Values that several layers share.
        library("Model", in: "Model"),

        // Inflates compressed requests and the zip archives of functions.
        .target(name: "CInflate", path: "Sources/Wire/CInflate", linkerSettings: [.linkedLibrary("z")]),
        // AWS protocols, signatures, the operation table and the typed caller. Knows no service.
        library(
            "WireProtocol", in: "Wire/WireProtocol",
            ["Model", "CInflate", asyncHTTPClient, crypto, logging, nioCore, nioHTTP1]),

        // Generated shapes (make generate); never edited.
        library("CloudWatchAPI", in: "API/CloudWatchAPI", ["Model", "WireProtocol"]),
        library("CodeDeployAPI", in: "API/CodeDeployAPI", ["Model", "WireProtocol"]),
        library("ECSAPI", in: "API/ECSAPI", ["Model", "WireProtocol"]),
        library("ELBv2API", in: "API/ELBv2API", ["Model", "WireProtocol"]),
        library("IAMAPI", in: "API/IAMAPI", ["Model", "WireProtocol"]),
        library("LambdaAPI", in: "API/LambdaAPI", ["Model", "WireProtocol"]),
        library("LogsAPI", in: "API/LogsAPI", ["Model", "WireProtocol"]),
        library("S3API", in: "API/S3API", ["Model", "WireProtocol"]),
        library("STSAPI", in: "API/STSAPI", ["Model", "WireProtocol"]),

        // Pure decisions: no I/O, no clock.
        library("DeploymentEngine", in: "Engine/DeploymentEngine", ["Model", collections, heap]),
        library("Monitoring", in: "Engine/Monitoring", ["Model"]),
        library("TrafficRouting", in: "Engine/TrafficRouting", ["Model"]),

        // One SQLite file: schema, migrations, typed records, transactions, change feed, outbox.
        library("Store", in: "Store", ["Model", "DeploymentEngine", "Monitoring", "TrafficRouting", grdb, logging]),

        // What runs workloads.
        library("WorkloadRuntime", in: "Runtimes/WorkloadRuntime", ["Model", logging]),
        library("ProcessRuntime", in: "Runtimes/ProcessRuntime", ["Model", "WorkloadRuntime", "CLinux", logging]),
        library(
            "DockerRuntime", in: "Runtimes/DockerRuntime",
            ["Model", "WorkloadRuntime", asyncHTTPClient, logging, nioCore, nioHTTP1, nioPosix]),
        // Starts function processes.
        .target(name: "CFunction", path: "Sources/Runtimes/CFunction"),
        .target(
            name: "FunctionRuntime",
            dependencies: [
                "Model", "CFunction", "CInflate", httpTypes, hummingbird, lifecycle, logging, nioCore, nioPosix,
            ],
            path: "Sources/Runtimes/FunctionRuntime",
            resources: [.embedInCode("Bootstraps/bootstrap.py"), .embedInCode("Bootstraps/bootstrap.mjs")],
            swiftSettings: settings),

        // The proxy process and the frames it exchanges with the control plane.
        .target(name: "CLinux", path: "Sources/DataPlane/CLinux"),
        library("ProxyFeed", in: "DataPlane/ProxyFeed", ["Model", "TrafficRouting", "CLinux"]),
        library(
            "DataPlane", in: "DataPlane/DataPlane", ["Model", "TrafficRouting", "ProxyFeed", "CLinux", crypto, logging]),

        // Traffic moved through the ELBv2 API, for the services that deploy.
        library("ListenerRouting", in: "Services/ListenerRouting", ["ELBv2API", "WireProtocol"]),
        // Metrics told to CloudWatch, and alarms read from it, for the services that are watched.
        library("CloudWatchCalls", in: "Services/CloudWatchCalls", ["CloudWatchAPI", "WireProtocol", "Model"]),

        // The loop that takes deployments to their end, whichever engine decides.
        library(
            "DeploymentDriving", in: "Services/DeploymentDriving", ["Model", "Store", lifecycle, logging]),

        // The task that a deployment runs before all others, through the ECS API.
        library(
            "MigrationTasks", in: "Services/MigrationTasks", ["ECSAPI", "DeploymentEngine", "Model", "WireProtocol"]),

        // One target a service: handlers, resources, controllers.
        library(
            "CloudWatchService", in: "Services/CloudWatchService",
            [
                "CloudWatchAPI", "LambdaAPI", "WireProtocol", "Model", "Monitoring", "Store", lifecycle, logging,
            ]),
        library(
            "CodeDeployService", in: "Services/CodeDeployService",
            [
                "CodeDeployAPI", "ECSAPI", "ELBv2API", "LambdaAPI", "LogsAPI", "ListenerRouting", "CloudWatchCalls",
                "DeploymentDriving", "MigrationTasks", "WireProtocol", "Model", "Store", "DeploymentEngine",
                crypto, lifecycle, logging, yams,
            ]),
        library(
            "ECSService", in: "Services/ECSService",
            [
                "ECSAPI", "ELBv2API", "LambdaAPI", "LogsAPI", "STSAPI", "ListenerRouting", "CloudWatchCalls",
                "DeploymentDriving", "MigrationTasks", "WireProtocol", "Model", "Store", "DeploymentEngine",
                "WorkloadRuntime", crypto, lifecycle, logging,
            ]),
        library(
            "ELBv2Service", in: "Services/ELBv2Service",
            [
                "ELBv2API", "CloudWatchCalls", "WireProtocol", "Model", "Store", "TrafficRouting", "ProxyFeed",
                lifecycle,
                logging,
            ]),
        library(
            "IAMService", in: "Services/IAMService",
            ["IAMAPI", "STSAPI", "WireProtocol", "Model", "Store", crypto, logging]),
        library(
            "LambdaService", in: "Services/LambdaService",
            [
                "LambdaAPI", "LogsAPI", "STSAPI", "WireProtocol", "Model", "Store", "FunctionRuntime", crypto,
                lifecycle,
                logging,
            ]),
        library(
            "LogsService", in: "Services/LogsService",
            ["LogsAPI", "WireProtocol", "Model", "Store", lifecycle, logging]),
        // What deployments of both engines did to the traffic.
        library(
            "ReceiptService", in: "Services/ReceiptService",
            ["ECSAPI", "WireProtocol", "Model", "Store", "DeploymentEngine", lifecycle, logging]),

        library(
            "S3Service", in: "Services/S3Service",
            ["S3API", "WireProtocol", "Model", "Store", crypto, lifecycle, logging, nioPosix]),

        // The files of a data directory that the server and the commands about it share.
        library("ServerFiles", in: "Server/ServerFiles", ["Model"]),

        // Composition root: configuration, front door, authentication, dispatch, service group.
        library(
            "Server", in: "Server/Server",
            [
                "Model", "ServerFiles", "WireProtocol", "Store", "DeploymentEngine", "TrafficRouting", "ProxyFeed",
                "WorkloadRuntime",
                "ProcessRuntime", "DockerRuntime", "FunctionRuntime", "CloudWatchService", "CodeDeployService",
                "ECSService", "ELBv2Service",
                "IAMService", "LambdaService", "LogsService", "ReceiptService", "CodeDeployAPI", "ECSAPI", "ELBv2API",
                "IAMAPI", "LambdaAPI",
                "LogsAPI", "S3API", "S3Service", "STSAPI", "CLinux", asyncHTTPClient, crypto, hummingbirdCore,
                hummingbirdTLS, lifecycle,
                logging, nioCore, nioHTTP1, nioPosix, nioSSL, unixSignals,
            ]),

        // Commands that speak AWS APIs over the wire; `teal` adds serve, proxy and shim.
        library(
            "CommandLineTool", in: "CLI/CommandLineTool",
            [
                "Model", "ServerFiles", "WireProtocol", "DeploymentEngine", "CodeDeployAPI", "ECSAPI", "ELBv2API",
                "LambdaAPI", "LogsAPI", "CloudWatchAPI",
                "STSAPI",
                argumentParser, asyncHTTPClient, hummingbird, hummingbirdCore, lifecycle, logging, nioCore, nioHTTP1,
                subprocess, systemPackage, unixSignals,
            ]),
        .executableTarget(
            name: "teal",
            dependencies: [
                "CommandLineTool", "Server", "ServerFiles", "DataPlane", "ProcessRuntime", "Model", argumentParser,
                logging,
            ],
            path: "Sources/CLI/teal", swiftSettings: settings),

        tests("ModelTests", ["Model"]),
        tests(
            "ServerTests",
            [
                "Server", "ServerFiles", "ProcessRuntime", "CloudWatchAPI", "CodeDeployAPI", "ECSAPI", "ELBv2API",
                "IAMAPI", "LambdaAPI",
                "LogsAPI", "S3API", "STSAPI",
                "Store", "WireProtocol", "Model", logging,
            ]),
        tests("MonitoringTests", ["Monitoring", "Model"]),
        tests("DeploymentEngineTests", ["DeploymentEngine", "Model"]),
        tests("SimulationTests", ["DeploymentEngine", "Model", heap]),
        tests(
            "ELBv2ServiceTests",
            [
                "ELBv2Service", "ELBv2API", "CloudWatchCalls", "WireProtocol", "Model", "Store", "TrafficRouting",
                "ProxyFeed",
                "TestProxy", logging,
            ]),
        // Runs the proxy in the supervisor's tests without building the product.
        .executableTarget(
            name: "TestProxy", dependencies: ["DataPlane", logging], path: "Tests/Support/TestProxy",
            swiftSettings: settings),
        tests("TrafficRoutingTests", ["TrafficRouting", "Model"]),
        tests("ProxyFeedTests", ["ProxyFeed", "TrafficRouting", "Model"]),
        tests("DataPlaneTests", ["DataPlane", "ProxyFeed", "TrafficRouting", "Model", logging]),
        tests("IAMServiceTests", ["IAMService", "IAMAPI", "STSAPI", "WireProtocol", "Store", "Model", logging]),
        tests(
            "WireProtocolTests",
            [
                "WireProtocol", "CloudWatchAPI", "CodeDeployAPI", "ECSAPI", "ELBv2API", "IAMAPI", "LambdaAPI",
                "LogsAPI", "S3API", "STSAPI",
                "Model", logging,
            ]),
        tests(
            "CodeDeployServiceTests",
            [
                "CodeDeployService", "CloudWatchAPI", "CodeDeployAPI", "ECSAPI", "ELBv2API", "LambdaAPI", "LogsAPI",
                "DeploymentDriving",
                "DeploymentEngine", "Store", "WireProtocol", "Model", lifecycle, logging,
            ]),
        tests(
            "ECSServiceTests",
            [
                "ECSService", "ECSAPI", "ELBv2API", "CloudWatchAPI", "CloudWatchCalls", "DeploymentDriving",
                "DeploymentEngine", "Store", "WireProtocol", "WorkloadRuntime", "Model", logging,
            ]),
        tests("FunctionRuntimeTests", ["FunctionRuntime", "Model", logging]),
        tests(
            "CloudWatchServiceTests",
            [
                "CloudWatchService", "CloudWatchAPI", "LambdaAPI", "Monitoring", "Store", "WireProtocol", "Model",
                lifecycle, logging,
            ]),
        tests("LogsServiceTests", ["LogsService", "LogsAPI", "Store", "WireProtocol", "Model", logging]),
        tests(
            "S3ServiceTests", ["S3Service", "S3API", "WireProtocol", "Store", "Model", lifecycle, logging]),
        tests(
            "LambdaServiceTests",
            [
                "LambdaService", "LambdaAPI", "LogsAPI", "STSAPI", "FunctionRuntime", "Store", "WireProtocol", "Model",
                lifecycle, logging,
            ]),

        // Runs the process runtime's shim in tests without building the product.
        .executableTarget(
            name: "TestShim", dependencies: ["ProcessRuntime"], path: "Tests/Support/TestShim", swiftSettings: settings),
        tests(
            "WorkloadRuntimeTests",
            ["WorkloadRuntime", "ProcessRuntime", "DockerRuntime", "TestShim", "Model", asyncHTTPClient, logging]),
        tests("DockerRuntimeTests", ["DockerRuntime", "WorkloadRuntime", "Model", asyncHTTPClient, logging, nioCore]),
        tests("ProcessRuntimeTests", ["ProcessRuntime", "WorkloadRuntime", "TestShim", "Model", logging]),
    ]
)
