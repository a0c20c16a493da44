internal import Glibc

/// The fields of `/proc/<pid>/stat` that matter here (proc(5)).
struct ProcessStatus: Equatable {
    var pid: Int32
    var state: Character
    var parent: Int32
    var group: Int32
    var session: Int32
    var startTime: Int64

    /// `nil` where there is no such process.
    init?(of pid: Int32) {
        // A process that goes away while it is read is gone.
        guard let bytes = try? Files.read("/proc/\(pid)/stat") else { return nil }
        self.init(parsing: String(decoding: bytes, as: UTF8.self))
    }

    /// The name of a program stands in parentheses and may hold spaces and parentheses itself.
    init?(parsing text: String) {
        guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"),
            let pid = Int32(text[..<open].trimmingSpaces)
        else { return nil }
        let fields = text[text.index(after: close)...].split(separator: " ")
        guard fields.count > 19, let state = fields[0].first, let parent = Int32(fields[1]),
            let group = Int32(fields[2]),
            let session = Int32(fields[3]), let startTime = Int64(fields[19])
        else { return nil }
        self.pid = pid
        self.state = state
        self.parent = parent
        self.group = group
        self.session = session
        self.startTime = startTime
    }

    /// Every process of the machine that passes.
    static func all(where condition: (ProcessStatus) -> Bool) throws(SystemError) -> [ProcessStatus] {
        try Files.names(in: "/proc").compactMap { Int32($0) }.compactMap { ProcessStatus(of: $0) }.filter(condition)
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        let head = self.drop { $0 == " " }
        return head.prefix { $0 != " " }
    }
}
