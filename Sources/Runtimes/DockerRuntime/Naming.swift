/// Names and labels of what the runtime makes in an engine.
struct Naming: Sendable {
    static let taskLabel = "teal.task-id"
    static let containerLabel = "teal.container"
    static let networkModeLabel = "teal.network-mode"
    static let portsLabel = "teal.ports"
    static let directoryLabel = "teal.data-directory"
    static let pauseRepository = "teal-pause"
    static let pauseTag = "1"

    /// Short enough for a name, different for every data directory of a machine.
    private let directory: String

    init(dataDirectory: String) {
        // FNV-1a, 64 bits.
        let hash = dataDirectory.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        self.directory = String(repeating: "0", count: 16 - digits.count) + digits
    }

    var network: String { "teal-\(self.directory)" }

    var labels: [String: String] { [Self.directoryLabel: self.directory] }

    /// Filters of everything of this data directory, or of one of its tasks.
    func filter(task: String? = nil) -> [String] {
        ["\(Self.directoryLabel)=\(self.directory)"] + (task.map { ["\(Self.taskLabel)=\($0)"] } ?? [])
    }

    func sandbox(_ task: String) -> String { "\(self.network)-\(task)-sandbox.pause" }

    func container(_ name: String, of task: String) -> String { "\(self.network)-\(task)-\(name)" }

    func volume(_ name: String, of task: String) -> String { "\(self.network)-\(task)-\(name)" }
}
