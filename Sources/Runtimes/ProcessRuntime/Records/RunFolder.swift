internal import Model

/// The folder of one container: what to run, that it runs, how it ended, and its output. It is all that a control plane
/// needs to find the container again.
///
///     tasks/<task id>/sandbox.json
///     tasks/<task id>/<container>/          the program's working directory
///     tasks/<task id>/<container>.run/      this folder: launch, started, exit, lock, output.<n>.log
///
/// Container names hold no dot, so the two never meet.
struct RunFolder: Hashable, Sendable {
    static let suffix = ".run"

    let path: String

    init(path: String) { self.path = path }

    init(taskFolder: String, container: String) { self.path = "\(taskFolder)/\(container)\(Self.suffix)" }

    var lockPath: String { "\(self.path)/lock" }

    func launch() throws -> LaunchRecord? { try self.read("launch.json").flatMap(LaunchRecord.init(json:)) }
    func started() throws -> StartRecord? { try self.read("started.json").flatMap(StartRecord.init(json:)) }
    func exit() throws -> ExitRecord? { try self.read("exit.json").flatMap(ExitRecord.init(json:)) }

    func write(_ record: LaunchRecord) throws(SystemError) { try self.write(record.json, "launch.json") }
    func write(_ record: StartRecord) throws(SystemError) { try self.write(record.json, "started.json") }
    func write(_ record: ExitRecord) throws(SystemError) { try self.write(record.json, "exit.json") }

    /// Makes it the folder of a container that has not run; its output stays. What says that it has ended goes last, so that
    /// after a crash in between it still has.
    func forgetRun() throws(SystemError) {
        try Files.remove("\(self.path)/started.json")
        try Files.remove("\(self.path)/exit.json")
    }

    private func read(_ name: String) throws -> JSONValue? {
        try Files.read("\(self.path)/\(name)").map { try JSONValue(parsing: $0) }
    }

    private func write(_ value: JSONValue, _ name: String) throws(SystemError) {
        try Files.writeDurably(value.serialized, to: "\(self.path)/\(name)")
    }
}
