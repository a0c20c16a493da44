internal import Glibc

/// The fields of `/proc/<pid>/stat` that matter here (proc(5)).
struct ProcessStatus: Equatable {
    var pid: Int32
    var state: Character
    var parent: Int32
    var group: Int32
    var session: Int32
    var startTime: Int64
    /// Clock ticks, of the process itself and of those children of it that have ended.
    var cpuTicks: Int64
    /// Of children that have ended alone.
    var childrenTicks: Int64
    /// Resident, what it shares with others too.
    var pages: Int

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
        guard fields.count > 21, let state = fields[0].first, let parent = Int32(fields[1]),
            let group = Int32(fields[2]),
            let session = Int32(fields[3]), let startTime = Int64(fields[19]),
            let ownTicks = Int64(fields[11]).flatMap({ user in Int64(fields[12]).map { user + $0 } }),
            let childrenTicks = Int64(fields[13]).flatMap({ user in Int64(fields[14]).map { user + $0 } }),
            let pages = Int(fields[21])
        else { return nil }
        self.pid = pid
        self.state = state
        self.parent = parent
        self.group = group
        self.session = session
        self.startTime = startTime
        self.cpuTicks = ownTicks + childrenTicks
        self.childrenTicks = childrenTicks
        self.pages = pages
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
