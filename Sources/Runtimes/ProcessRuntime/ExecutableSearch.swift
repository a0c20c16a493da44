internal import Glibc

/// Finds the program that a command names, as `execvp` does: in `PATH` unless the name holds a slash.
enum ExecutableSearch {
    /// - Throws: `StartFailure` naming the program.
    static func find(_ name: String, path: String, workingDirectory: String) throws(StartFailure) -> String {
        guard !name.isEmpty else { throw StartFailure("the command is empty") }
        if name.contains("/") {
            let file = name.hasPrefix("/") ? name : "\(workingDirectory)/\(name)"
            guard Files.exists(file) else { throw StartFailure("exec: \"\(name)\": no such file or directory") }
            guard Self.isExecutable(file) else { throw StartFailure("exec: \"\(name)\": permission denied") }
            return file
        }
        for folder in path.split(separator: ":") {
            let file = "\(folder)/\(name)"
            if Self.isExecutable(file) { return file }
        }
        throw StartFailure("exec: \"\(name)\": executable file not found in $PATH")
    }

    private static func isExecutable(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }
}
