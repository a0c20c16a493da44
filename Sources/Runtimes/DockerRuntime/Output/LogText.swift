internal import Model
internal import WorkloadRuntime

/// A place in the engine's log: behind the `count`-th line of one time stamp. The engine resumes at a time stamp, and lines
/// can share one.
struct LogPlace: Equatable, Sendable {
    /// As the engine prints it, in nanoseconds.
    var time: String
    var count: Int

    init(time: String, count: Int) {
        self.time = time
        self.count = count
    }

    init?(_ position: LogPosition) {
        let parts = position.text.split(separator: "#")
        guard parts.count == 2, let count = Int(parts[1]) else { return nil }
        self.init(time: String(parts[0]), count: count)
    }

    var logPosition: LogPosition { LogPosition("\(self.time)#\(self.count)") }

    /// The `since` parameter: seconds and nanoseconds.
    var since: String? {
        guard let timestamp = Timestamp(iso8601: self.time) else { return nil }
        let fraction = self.time.split(separator: ".").dropFirst().first?.prefix { $0.isNumber } ?? ""
        let seconds = (Double(timestamp.milliseconds) / 1000).rounded(.down)
        return "\(Int64(seconds)).\(fraction)\(String(repeating: "0", count: max(0, 9 - fraction.count)))"
    }
}

/// Makes lines of the engine's time-stamped output.
struct LogText {
    /// Longer lines are passed on in pieces.
    private static let limit = 256 * 1024

    private let resumed: LogPlace?
    private var last: LogPlace?
    private var rest: [LogLine.Source: [UInt8]] = [:]

    init(after place: LogPlace?) { self.resumed = place }

    mutating func append(_ bytes: [UInt8], from source: LogLine.Source) -> [LogLine] {
        var buffer = self.rest[source, default: []]
        buffer += bytes
        var lines: [LogLine] = []
        var left = buffer[...]
        while let end = left.firstIndex(of: UInt8(ascii: "\n")) {
            if let line = self.line(left[..<end], from: source) { lines.append(line) }
            left = left[(end + 1)...]
        }
        if left.count > Self.limit {
            if let line = self.line(left, from: source) { lines.append(line) }
            left = []
        }
        self.rest[source] = Array(left)
        return lines
    }

    /// The output has ended: what is left are lines too.
    mutating func finish() -> [LogLine] {
        let left = self.rest.sorted { $0.key.rawValue > $1.key.rawValue }
        self.rest = [:]
        return left.compactMap { source, bytes in bytes.isEmpty ? nil : self.line(bytes[...], from: source) }
    }

    /// `nil` for a line that was seen before.
    private mutating func line(_ bytes: ArraySlice<UInt8>, from source: LogLine.Source) -> LogLine? {
        let parts = bytes.split(separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
        guard let stamp = parts.first else { return nil }
        let time = String(decoding: stamp, as: UTF8.self)
        var text = parts.count > 1 ? parts[1] : []
        if text.last == UInt8(ascii: "\r") { text.removeLast() }
        let place = LogPlace(time: time, count: self.last?.time == time ? (self.last?.count ?? 0) + 1 : 1)
        self.last = place
        if let resumed, place.time == resumed.time, place.count <= resumed.count { return nil }
        return LogLine(
            source: source, at: Timestamp(iso8601: time) ?? .epoch, text: String(decoding: text, as: UTF8.self),
            position: place.logPosition)
    }
}
