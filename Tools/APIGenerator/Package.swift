// swift-tools-version:6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "APIGenerator",
    platforms: [.macOS(.v15)],
    targets: [
        // The product's own JSON reader, by a link into its folder: it keeps the order of members, and nothing else of the
        // product is needed here.
        .target(name: "Model", swiftSettings: settings),
        .target(name: "APIGeneration", dependencies: ["Model"], swiftSettings: settings),
        .testTarget(name: "APIGenerationTests", dependencies: ["APIGeneration", "Model"], swiftSettings: settings),
        .executableTarget(name: "APIGenerator", dependencies: ["APIGeneration"], swiftSettings: settings),
    ]
)
