internal import CFunction
internal import Model
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A line that a function wrote.
struct OutputLine: Equatable, Sendable {
    let time: Timestamp
    /// Without its line break; carriage returns inside stay.
    let text: String
}

/// The read end of a function's standard output and error, cut into lines. Reading and taking exclude each other, so that
/// whoever takes after the function was heard elsewhere has all that it wrote before.
final class OutputPipe: Sendable {
    private struct Buffer {
        var descriptor: Int32 = -1
        var lines: [OutputLine] = []
        var size = 0
        var unfinished: [UInt8] = []
    }

    /// The longest event that CloudWatch Logs takes from Lambda; longer lines are cut into several.
    static let maximumLineLength = 262_118
    /// Beyond this the function has to wait until its output is taken.
    private static let capacity = 4 << 20

    private let buffer = Mutex(Buffer())
    private let clock: any WallClock

    init(clock: any WallClock) {
        self.clock = clock
    }

    /// - Returns: the write end, or `nil` with `errno` set.
    func open() -> Int32? {
        var readEnd: Int32 = -1
        var writeEnd: Int32 = -1
        guard teal_function_pipe(&readEnd, &writeEnd) == 0 else { return nil }
        self.buffer.withLock { $0.descriptor = readEnd }
        return writeEnd
    }

    /// -1 once everybody has closed the write end.
    var descriptor: Int32 { self.buffer.withLock { $0.descriptor } }

    var isFull: Bool { self.buffer.withLock { $0.size >= Self.capacity } }

    /// Moves what the pipe holds into the buffer.
    func read() {
        self.buffer.withLock { self.read(into: &$0) }
    }

    func take(includingUnfinished: Bool) -> [OutputLine] {
        self.buffer.withLock { buffer in
            self.read(into: &buffer)
            if includingUnfinished, !buffer.unfinished.isEmpty { self.finishLine(&buffer) }
            defer {
                buffer.lines.removeAll()
                buffer.size = 0
            }
            return buffer.lines
        }
    }

    func close() {
        self.buffer.withLock { Self.close(&$0) }
    }

    private static func close(_ buffer: inout Buffer) {
        guard buffer.descriptor >= 0 else { return }
        #if canImport(Glibc)
            _ = Glibc.close(buffer.descriptor)
        #else
            _ = Darwin.close(buffer.descriptor)
        #endif
        buffer.descriptor = -1
    }

    private func read(into buffer: inout Buffer) {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while buffer.descriptor >= 0, buffer.size < Self.capacity {
            #if canImport(Glibc)
                let count = Glibc.read(buffer.descriptor, &chunk, chunk.count)
            #else
                let count = Darwin.read(buffer.descriptor, &chunk, chunk.count)
            #endif
            switch count {
            case 0: Self.close(&buffer)
            case ..<0:
                guard errno == EINTR else { return }
            default: self.append(chunk[..<count], to: &buffer)
            }
        }
    }

    private func append(_ bytes: ArraySlice<UInt8>, to buffer: inout Buffer) {
        for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            if part.offset > 0 { self.finishLine(&buffer) }
            var rest = part.element
            while buffer.unfinished.count + rest.count > Self.maximumLineLength {
                let head = rest.prefix(Self.maximumLineLength - buffer.unfinished.count)
                buffer.unfinished += head
                rest = rest.dropFirst(head.count)
                self.finishLine(&buffer)
            }
            buffer.unfinished += rest
        }
    }

    private func finishLine(_ buffer: inout Buffer) {
        defer { buffer.unfinished.removeAll(keepingCapacity: true) }
        // An empty line is no log event.
        guard !buffer.unfinished.isEmpty else { return }
        buffer.size += buffer.unfinished.count
        buffer.lines.append(
            OutputLine(time: self.clock.now(), text: String(decoding: buffer.unfinished, as: UTF8.self)))
    }
}
