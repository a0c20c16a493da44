internal import Glibc

/// A system call that failed.
struct SystemError: Error, Equatable, CustomStringConvertible {
    let operation: String
    let code: CInt

    /// Takes `errno`: make it right after the call.
    init(_ operation: String, code: CInt = errno) {
        self.operation = operation
        self.code = code
    }

    var description: String { "\(self.operation): \(String(cString: strerror(self.code)))" }
}
