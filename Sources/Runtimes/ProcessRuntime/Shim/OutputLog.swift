internal import Glibc
internal import Model

/// A container's output on disk: numbered segments of bounded size, of which the last few are kept. Only the shim writes.
///
/// A line is `<milliseconds since 1970> <o|e> <text>\n`; `o` is standard output, `e` standard error.
struct OutputLog: ~Copyable {
    private let folder: String
    private let segmentSize: Int
    private let segmentCount: Int
    private var file: Descriptor?
    private var segment = 0
    private var size = 0
    private var pending: [UInt8] = []

    init(folder: String, segmentSize: Int, segmentCount: Int) {
        self.folder = folder
        self.segmentSize = segmentSize
        self.segmentCount = segmentCount
        // Of a run before; a folder that cannot be read has none that could be kept.
        let segments = (try? Files.names(in: folder))?.compactMap(Self.segment(ofFile:)) ?? []
        self.segment = segments.max().map { $0 + 1 } ?? 0
        self.openSegment()
        if self.segment > 0 { unlink(Self.path(ofSegment: self.segment - segmentCount, in: folder)) }
    }

    static func path(ofSegment segment: Int, in folder: String) -> String { "\(folder)/output.\(segment).log" }

    /// The number in a segment's file name; `nil` for any other file.
    static func segment(ofFile name: String) -> Int? {
        guard name.hasPrefix("output."), name.hasSuffix(".log") else { return nil }
        return Int(name.dropFirst("output.".count).dropLast(".log".count))
    }

    /// Takes a line; `flush` writes it.
    mutating func append(_ text: ArraySlice<UInt8>, from stream: Character, at time: Timestamp) {
        self.pending += Array("\(time.milliseconds) \(stream) ".utf8)
        self.pending += text
        self.pending.append(UInt8(ascii: "\n"))
    }

    mutating func flush() {
        if self.pending.isEmpty { return }
        let bytes = self.pending
        self.pending.removeAll(keepingCapacity: true)
        if self.size > 0, self.size + bytes.count > self.segmentSize { self.rotate() }
        // On a full disk output is lost; the program must not be held up by it.
        try? self.file?.write(bytes)
        self.size += bytes.count
    }

    private mutating func rotate() {
        self.segment += 1
        self.openSegment()
        unlink(Self.path(ofSegment: self.segment - self.segmentCount, in: self.folder))
    }

    private mutating func openSegment() {
        self.size = 0
        // As above: without a file there is no output to read later, but the program runs.
        self.file = try? Descriptor(
            opening: Self.path(ofSegment: self.segment, in: self.folder), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND)
    }
}
