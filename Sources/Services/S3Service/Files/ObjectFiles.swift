internal import Model
internal import NIOPosix
internal import Synchronization
internal import WireProtocol

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The bytes of all objects: `<root>/<two digits>/<name>`, each written once and never changed. A file means something only
/// through its row in the store, which is committed after the file is on disk: a crash leaves files that are nobody's, and
/// the next start removes them (`sweep`).
final class ObjectFiles: Sendable {
    /// A call of the file system that failed.
    struct Failure: Error, CustomStringConvertible {
        let path: String
        let errno: Int32

        var description: String { "\(self.path): \(String(cString: strerror(self.errno)))" }
    }

    private struct Use {
        var readers: [String: Int] = [:]
        /// To be removed when their last reader has gone.
        var doomed: Set<String> = []
    }

    private let root: String
    /// What the names of this process's files begin with: the sweep leaves them alone.
    private let epoch = Identifiers.hex(8)
    private let use = Mutex(Use())
    private let threads: NIOThreadPool

    init(root: String, threads: NIOThreadPool = .singleton) {
        self.root = root
        self.threads = threads
    }

    func path(of name: String) -> String { "\(self.root)/\(name.suffix(2))/\(name)" }

    // MARK: Writing

    /// A file that is on disk and has no owner yet.
    struct Written: Sendable {
        let name: String
        let summary: PayloadReader.Summary
    }

    /// Writes a body to a new file. It is removed again where `record` fails, which gives it an owner.
    /// - Parameter record: returns its result, and the files that are nobody's any more.
    func keep<Value>(
        _ body: PayloadReader, _ record: (Written) async throws -> (value: Value, obsolete: [String])
    ) async throws -> Value {
        let name = self.epoch + Identifiers.hex(24)
        do {
            let summary = try await self.write(body, to: name)
            let (value, obsolete) = try await record(Written(name: name, summary: summary))
            await self.remove(obsolete)
            return value
        } catch {
            await self.remove([name])
            throw error
        }
    }

    private func write(_ body: PayloadReader, to name: String) async throws -> PayloadReader.Summary {
        let path = self.path(of: name)
        let writer = try await self.threads.runIfActive { try ObjectFileWriter(path) }
        do {
            var pending: [[UInt8]] = []
            var size = 0
            while let piece = try await body.next() {
                pending.append(piece)
                size += piece.count
                guard size >= ObjectFileWriter.comfortable else { continue }
                let pieces = pending
                try await self.threads.runIfActive { try writer.write(pieces) }
                (pending, size) = ([], 0)
            }
            let rest = pending
            try await self.threads.runIfActive {
                try writer.write(rest)
                try writer.finish()
            }
        } catch {
            writer.close()
            throw error
        }
        guard let summary = body.summary else { throw Failure(path: path, errno: EIO) }
        return summary
    }

    // MARK: Reading

    /// Keeps files from being removed while they are read.
    func hold(_ names: [String]) {
        self.use.withLock { use in
            for name in names { use.readers[name, default: 0] += 1 }
        }
    }

    func release(_ names: [String]) {
        let free = self.use.withLock { use in
            names.filter { name in
                let left = (use.readers[name] ?? 1) - 1
                use.readers[name] = left > 0 ? left : nil
                return left <= 0 && use.doomed.remove(name) != nil
            }
        }
        for name in free { unlink(self.path(of: name)) }
    }

    /// The bytes of files one after the other, as far as they lie in `range`. Releases the files, which must be held, when
    /// the last byte has been read or nobody asks any more.
    func source(_ files: [(name: String, size: Int)], range: Range<Int>) -> ByteSource {
        let reader = ObjectFilesReader(files: files, range: range, owner: self)
        return ByteSource(length: range.count) {
            try await self.threads.runIfActive { try reader.read() }
        }
    }

    // MARK: Removing

    /// Files that have no owner any more; one that is being read goes when its readers have.
    func remove(_ names: [String]) async {
        let free = self.use.withLock { use in
            names.filter { name in
                guard use.readers[name] != nil else { return true }
                use.doomed.insert(name)
                return false
            }
        }
        guard !free.isEmpty else { return }
        let paths = free.map(self.path)
        do {
            try await self.threads.runIfActive { for path in paths { unlink(path) } }
        } catch {
            // The process is ending; the next one sweeps.
            return
        }
    }

    /// Removes what earlier processes have left without an owner.
    /// - Parameter owned: names that the store knows.
    func sweep(_ owned: Set<String>) async throws {
        try await self.threads.runIfActive {
            for folder in FolderListing.names(in: self.root) where folder.utf8.count == 2 {
                for name in FolderListing.names(in: "\(self.root)/\(folder)")
                where Self.isName(name) && !name.hasPrefix(self.epoch) && !owned.contains(name) {
                    unlink("\(self.root)/\(folder)/\(name)")
                }
            }
        }
    }

    /// Nothing else in the folder is ours to remove.
    private static func isName(_ name: String) -> Bool {
        name.utf8.count == 32 && name.allSatisfy { $0.isASCII && $0.isHexDigit }
    }
}

/// What stands in a folder.
private enum FolderListing {
    /// Nothing where there is no such folder.
    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names
    }
}
