internal import ArgumentParser
package import ServerFiles

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The option that every command about one server takes.
package struct DataDirectoryOptions: ParsableArguments {
    @Option(name: .customLong("data-dir"), help: "Folder that holds all state of the server.")
    var dataDirectory: String?

    package init() {}

    /// The folder as an absolute path; `$TEAL_DATA_DIR`, then `~/.teal`, where the option is absent.
    package var directory: DataDirectory {
        let path =
            self.dataDirectory ?? Self.environment("TEAL_DATA_DIR") ?? (Self.environment("HOME") ?? "") + "/.teal"
        guard !path.hasPrefix("/"), let current = getcwd(nil, 0) else { return DataDirectory(path: path) }
        defer { free(current) }
        return DataDirectory(path: String(cString: current) + "/" + path)
    }

    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
