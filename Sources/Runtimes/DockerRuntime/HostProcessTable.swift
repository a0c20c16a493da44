internal import Glibc

enum HostProcessTable {
    /// The pid of a process in its own pid namespace; `nil` where there is no such process here.
    static func innermostPID(of pid: Int64) -> Int64? {
        guard let file = fopen("/proc/\(pid)/status", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 1024)
        while fgets(&line, CInt(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix("NSpid:") else { continue }
            return text.split(whereSeparator: \.isWhitespace).last.flatMap { Int64($0) }
        }
        return nil
    }
}
