internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Reads a range of bytes that lie in several files one after the other. Blocking; for threads that may block. Releases the
/// files when it goes.
final class ObjectFilesReader: Sendable {
    private static let pieceSize = 256 << 10

    private struct State {
        /// Of the file that is open; -1 for none.
        var descriptor: Int32 = -1
        var index = 0
        /// In the file.
        var offset: Int
        var left: Int
        var isReleased = false
    }

    private let files: [(name: String, size: Int)]
    private let owner: ObjectFiles
    private let state: Mutex<State>

    init(files: [(name: String, size: Int)], range: Range<Int>, owner: ObjectFiles) {
        self.files = files
        self.owner = owner
        self.state = Mutex(State(offset: range.lowerBound, left: range.count))
    }

    deinit { self.state.withLock { self.release(&$0) } }

    /// Nothing is read any more.
    private func release(_ state: inout State) {
        Self.closeFile(&state)
        guard !state.isReleased else { return }
        state.isReleased = true
        self.owner.release(self.files.map(\.name))
    }

    /// The next bytes; `nil` at the end of the range.
    func read() throws -> [UInt8]? {
        try self.state.withLock { state in
            guard state.left > 0 else {
                self.release(&state)
                return nil
            }
            while state.index < self.files.count, state.offset >= self.files[state.index].size {
                state.offset -= self.files[state.index].size
                state.index += 1
                Self.closeFile(&state)
            }
            guard state.index < self.files.count else {
                throw ObjectFiles.Failure(path: self.files.last?.name ?? "", errno: ERANGE)
            }
            let file = self.files[state.index]
            let path = self.owner.path(of: file.name)
            if state.descriptor < 0 { state.descriptor = open(path, O_RDONLY | O_CLOEXEC) }
            guard state.descriptor >= 0 else { throw ObjectFiles.Failure(path: path, errno: errno) }
            let wanted = min(Self.pieceSize, state.left, file.size - state.offset)
            let (descriptor, offset) = (state.descriptor, state.offset)
            let piece = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
                count = max(0, pread(descriptor, buffer.baseAddress, wanted, off_t(offset)))
            }
            // A file is never shorter than its row says, unless somebody has tampered with it.
            guard !piece.isEmpty else { throw ObjectFiles.Failure(path: path, errno: EIO) }
            state.offset += piece.count
            state.left -= piece.count
            return piece
        }
    }

    private static func closeFile(_ state: inout State) {
        guard state.descriptor >= 0 else { return }
        close(state.descriptor)
        state.descriptor = -1
    }
}
