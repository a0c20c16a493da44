internal import Model

/// What a shim has to run: written by the runtime, read by the shim, and again by the runtime for health commands.
struct LaunchRecord: Equatable, Sendable {
    struct Limit: Equatable, Sendable {
        /// A Docker ulimit name.
        var name: String
        var soft: Int
        var hard: Int
    }

    var executable: String
    /// With the program's name first.
    var arguments: [String]
    /// `NAME=value`.
    var environment: [String]
    var workingDirectory: String
    var limits: [Limit]
    var stopSignal: CInt
    /// Standard input is a pipe that stays open and empty instead of `/dev/null`.
    var interactive: Bool
    /// Output is kept in so many segments of so many bytes.
    var segmentSize: Int
    var segmentCount: Int
}

extension LaunchRecord {
    var json: JSONValue {
        .object([
            .init("executable", .string(self.executable)),
            .init("arguments", .array(self.arguments.map { .string($0) })),
            .init("environment", .array(self.environment.map { .string($0) })),
            .init("workingDirectory", .string(self.workingDirectory)),
            .init("limits", .array(self.limits.map(\.json))),
            .init("stopSignal", .integer(Int64(self.stopSignal))),
            .init("interactive", .bool(self.interactive)),
            .init("segmentSize", .integer(Int64(self.segmentSize))),
            .init("segmentCount", .integer(Int64(self.segmentCount))),
        ])
    }

    init?(json: JSONValue) {
        guard let executable = json["executable"]?.string, let arguments = json["arguments"]?.array,
            let environment = json["environment"]?.array, let workingDirectory = json["workingDirectory"]?.string,
            let limits = json["limits"]?.array, let stopSignal = json["stopSignal"]?.integer,
            let interactive = json["interactive"]?.bool, let segmentSize = json["segmentSize"]?.integer,
            let segmentCount = json["segmentCount"]?.integer
        else { return nil }
        self.init(
            executable: executable, arguments: arguments.compactMap(\.string),
            environment: environment.compactMap(\.string), workingDirectory: workingDirectory,
            limits: limits.compactMap(Limit.init(json:)), stopSignal: CInt(truncatingIfNeeded: stopSignal),
            interactive: interactive, segmentSize: Int(segmentSize), segmentCount: Int(segmentCount))
    }
}

extension LaunchRecord.Limit {
    fileprivate var json: JSONValue {
        .object([
            .init("name", .string(self.name)), .init("soft", .integer(Int64(self.soft))),
            .init("hard", .integer(Int64(self.hard))),
        ])
    }

    fileprivate init?(json: JSONValue) {
        guard let name = json["name"]?.string, let soft = json["soft"]?.integer, let hard = json["hard"]?.integer else {
            return nil
        }
        self.init(name: name, soft: Int(soft), hard: Int(hard))
    }
}
