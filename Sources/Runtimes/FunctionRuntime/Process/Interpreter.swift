internal import Model
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The program on this machine that runs functions of one runtime.
struct Interpreter: Equatable, Sendable {
    let path: String
    /// As in `INIT_START`: `python:3.11.7`.
    let version: String
    /// For the function's log, where it is not what the function asked for.
    let warning: String?
}

/// Finds interpreters on the `PATH` by running them, once each: a name alone says little where version managers put shims.
final class Interpreters: Sendable {
    private let found = Mutex<[FunctionLanguage: Interpreter]>([:])
    private let clock: any WallClock

    init(clock: any WallClock) {
        self.clock = clock
    }

    /// - Throws: `FunctionPoolError.noInterpreter` where nothing suitable is installed.
    func interpreter(for language: FunctionLanguage, taskRoot: String) async throws(FunctionPoolError) -> Interpreter {
        if let known = self.found.withLock({ $0[language] }) { return known }
        let interpreter: Interpreter
        switch language {
        case .python(let minor): interpreter = try await self.python(minor: minor)
        case .node(let major): interpreter = try await self.node(major: major)
        case .provided: return Interpreter(path: "\(taskRoot)/bootstrap", version: "provided", warning: nil)
        }
        self.found.withLock { $0[language] = interpreter }
        return interpreter
    }

    /// The first `python3.X` or else `python3` that can import boto3, as Lambda's own images can; without boto3 anywhere,
    /// the first that runs.
    private func python(minor: Int) async throws(FunctionPoolError) -> Interpreter {
        let probe = """
            import sys, importlib.util
            print(sys.executable, "%d.%d.%d" % sys.version_info[:3], importlib.util.find_spec("boto3") is not None)
            """
        var withoutBoto3: Interpreter?
        for candidate in Self.programs("python3.\(minor)") + Self.programs("python3") {
            guard let answer = await self.output(of: candidate, ["-c", probe]), answer.count == 3 else { continue }
            var warnings: [String] = []
            if !answer[1].hasPrefix("3.\(minor).") {
                warnings.append(
                    "python3.\(minor) is not usable on this machine; this function runs with Python \(answer[1])")
            }
            if answer[2] != "True" { warnings.append("boto3 is not installed for \(answer[0])") }
            let interpreter = Interpreter(
                path: answer[0], version: "python:\(answer[1])",
                warning: warnings.isEmpty ? nil : warnings.joined(separator: "; "))
            if answer[2] == "True" { return interpreter }
            withoutBoto3 = withoutBoto3 ?? interpreter
        }
        guard let withoutBoto3 else { throw .noInterpreter("python3.\(minor)") }
        return withoutBoto3
    }

    private func node(major: Int) async throws(FunctionPoolError) -> Interpreter {
        for candidate in Self.programs("node") {
            guard let version = await self.output(of: candidate, ["--version"])?.first, version.hasPrefix("v") else {
                continue
            }
            let warning =
                version.hasPrefix("v\(major).")
                ? nil : "Node.js \(major) is not installed on this machine; this function runs with \(version)"
            return Interpreter(path: candidate, version: "nodejs:\(major).\(version)", warning: warning)
        }
        throw .noInterpreter("node")
    }

    /// The words that a program prints, or `nil` where it fails.
    private func output(of path: String, _ arguments: [String]) async -> [String]? {
        let process = FunctionProcess(clock: self.clock)
        let end = await process.run(
            .init(path: path, arguments: arguments, environment: HostEnvironment.passedOn, directory: "/"), onOutput: {}
        )
        guard end == .ended(.exited(status: 0)) else { return nil }
        return process.takeOutput(includingUnfinished: true).flatMap { $0.text.split(separator: " ").map(String.init) }
    }

    /// Every executable of that name on the `PATH`, in its order.
    private static func programs(_ name: String) -> [String] {
        HostEnvironment.path.split(separator: ":").map { "\($0)/\(name)" }.filter { access($0, X_OK) == 0 }
    }
}

/// The few variables of the server's own environment that functions inherit.
enum HostEnvironment {
    static let path = Self.value("PATH") ?? "/usr/local/bin:/usr/bin:/bin"

    static var passedOn: [String: String] {
        var variables = ["PATH": Self.path]
        for name in ["HOME", "PYENV_ROOT", "PYENV_VERSION", "LD_LIBRARY_PATH", "SSL_CERT_FILE"] {
            if let value = Self.value(name) { variables[name] = value }
        }
        return variables
    }

    private static func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
