internal import Glibc
internal import Model
internal import WorkloadRuntime

/// A place in a container's output: a segment and an offset in it.
struct OutputPosition: Equatable, Sendable {
    var segment: Int
    var offset: Int

    static let start = OutputPosition(segment: 0, offset: 0)

    init(segment: Int, offset: Int) {
        self.segment = segment
        self.offset = offset
    }

    init?(_ position: LogPosition) {
        let parts = position.text.split(separator: ":")
        guard parts.count == 2, let segment = Int(parts[0]), let offset = Int(parts[1]) else { return nil }
        self.init(segment: segment, offset: offset)
    }

    var logPosition: LogPosition { LogPosition("\(self.segment):\(self.offset)") }
}

/// Reads what `OutputLog` writes, line by line, and waits for more until the container has exited.
actor OutputReader {
    /// More than the longest line, so that each full chunk holds at least one.
    static let chunkSize = 2 * LineSplitter.limit

    private let folder: RunFolder
    private let runtime: HostProcessRuntime
    private var position: OutputPosition
    private var lines: ArraySlice<LogLine> = []

    init(folder: RunFolder, from position: OutputPosition, runtime: HostProcessRuntime) {
        self.folder = folder
        self.position = position
        self.runtime = runtime
        runtime.folders.follow(folder.path)
    }

    deinit { self.runtime.folders.unfollow(self.folder.path) }

    /// `nil` when the container has exited and everything is read.
    func next() async throws -> LogLine? {
        while true {
            if let line = self.lines.popFirst() { return line }
            let version = self.runtime.output.version(of: self.folder.path)
            // Looked at before the file: what is not there after the end never comes.
            let hasEnded = try await self.runtime.observe(self.folder) != .running
            let (folder, position) = (self.folder, self.position)
            let step = try await self.runtime.blocking { try Self.read(folder, from: position) }
            switch step {
            case .lines(let lines, let position):
                self.lines = lines[...]
                self.position = position
            case .segment(let position): self.position = position
            case .nothing:
                if hasEnded { return nil }
                try await self.runtime.output.wait(for: self.folder.path, beyond: version)
            }
        }
    }

    private enum Step {
        case lines([LogLine], OutputPosition)
        case segment(OutputPosition)
        case nothing
    }

    private static func read(_ folder: RunFolder, from position: OutputPosition) throws -> Step {
        let later = try Files.names(in: folder.path).compactMap(OutputLog.segment(ofFile:))
            .filter { $0 > position.segment }.min()
        let path = OutputLog.path(ofSegment: position.segment, in: folder.path)
        if Files.exists(path) {
            let file = try Descriptor(opening: path, O_RDONLY)
            let (lines, end) = Self.parse(try file.read(upTo: Self.chunkSize, at: position.offset), at: position)
            if !lines.isEmpty { return .lines(lines, end) }
        }
        // A later segment means that this one, listed before it was read, is complete (or was dropped to save space).
        return later.map { .segment(OutputPosition(segment: $0, offset: 0)) } ?? .nothing
    }

    /// Only complete lines: the shim may be in the middle of writing the last one.
    static func parse(_ bytes: [UInt8], at position: OutputPosition) -> ([LogLine], OutputPosition) {
        var lines: [LogLine] = []
        var position = position
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[..<end]
            position.offset += line.count + 1
            rest = rest[(end + 1)...]
            if let parsed = Self.parse(line: line, position: position) { lines.append(parsed) }
        }
        return (lines, position)
    }

    private static func parse(line: ArraySlice<UInt8>, position: OutputPosition) -> LogLine? {
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let time = Int64(String(decoding: parts[0], as: UTF8.self)) else { return nil }
        var text = parts[2]
        if text.last == UInt8(ascii: "\r") { text.removeLast() }
        return LogLine(
            source: parts[1].first == UInt8(ascii: "e") ? .standardError : .standardOutput,
            at: Timestamp(milliseconds: time), text: String(decoding: text, as: UTF8.self),
            position: position.logPosition)
    }
}
