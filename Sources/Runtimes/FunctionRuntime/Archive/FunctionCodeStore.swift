internal import Model
internal import NIOPosix
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The code of every function version, by the SHA-256 of its zip archive: `<root>/<sha>/code.zip` and its files unpacked
/// below `<root>/<sha>/task`. A folder appears whole or not at all, and never changes.
///
/// Code that no function refers to any more is removed, but never while somebody holds it.
package final class FunctionCodeStore: Sendable {
    /// Unpacked size that Lambda allows.
    package static let maximumUnpackedSize = 262_144_000

    private let root: String
    private let holds = Mutex(CodeHolds())
    private let (releasesStream, releasesContinuation) = AsyncStream.makeStream(
        of: Void.self, bufferingPolicy: .bufferingNewest(1))

    package init(root: String) {
        self.root = root
    }

    /// `LAMBDA_TASK_ROOT` of the code.
    package func taskRoot(of sha: String) -> String { "\(self.root)/\(sha)/task" }

    package func archivePath(of sha: String) -> String { "\(self.root)/\(sha)/code.zip" }

    /// The archive as it was uploaded; `nil` where there is none.
    package func archive(of sha: String) async throws -> [UInt8]? {
        try await self.holding(sha) {
            let path = self.archivePath(of: sha)
            return try await NIOThreadPool.singleton.runIfActive { try FileTree.read(path) }
        } ?? nil
    }

    /// Keeps the archive and its files, and holds them until `body` has made a function refer to them. Code that is there
    /// already is not unpacked again.
    /// - Parameter sha: hexadecimal SHA-256 of `zip`.
    package func keep<Value>(_ zip: [UInt8], sha: String, _ body: () async throws -> Value) async throws -> Value {
        self.holds.withLock { $0.hold(sha) }
        defer {
            self.release(sha)
            // Nothing else tells of code that was kept in vain.
            self.releasesContinuation.yield()
        }
        try await NIOThreadPool.singleton.runIfActive { try self.unpack(zip, sha: sha) }
        return try await body()
    }

    /// Holds the code while `body` runs.
    /// - Returns: `nil` where there is no such code.
    package func holding<Value>(_ sha: String, _ body: () async throws -> Value) async rethrows -> Value? {
        self.holds.withLock { $0.hold(sha) }
        defer { self.release(sha) }
        guard access("\(self.root)/\(sha)", F_OK) == 0 else { return nil }
        return try await body()
    }

    private func release(_ sha: String) {
        if self.holds.withLock({ $0.release(sha) }) { self.releasesContinuation.yield() }
    }

    // MARK: Removing

    /// What is on disk, as of a moment.
    package struct Inventory: Sendable {
        package let codes: [String]
        fileprivate let moment: Int
    }

    /// Tells when code may have become free.
    package var releases: AsyncStream<Void> { self.releasesStream }

    /// Take it before looking for what refers to code. Also removes what crashes left half done.
    package func inventory() async throws -> Inventory {
        try await NIOThreadPool.singleton.runIfActive {
            let moment = self.holds.withLock { $0.moment }
            let names = FileTree.names(in: self.root)
            for name in names where name.hasPrefix(".") {
                guard let sha = name.split(separator: ".").first.map(String.init), Self.isSHA(sha) else { continue }
                if !self.holds.withLock({ $0.isHeld(sha) }) { FileTree.remove("\(self.root)/\(name)") }
            }
            return Inventory(codes: names.filter(Self.isSHA), moment: moment)
        }
    }

    /// Nothing else in the folder is ours to remove.
    private static func isSHA(_ name: String) -> Bool {
        name.utf8.count == 64 && name.allSatisfy { $0.isASCII && $0.isHexDigit }
    }

    /// Removes code that nothing refers to, unless somebody has held it since the inventory was taken.
    package func remove(_ sha: String, asOf inventory: Inventory) async throws {
        try await NIOThreadPool.singleton.runIfActive {
            let doomed = "\(self.root)/.\(sha).\(Identifiers.hex(8))"
            let isMoved = self.holds.withLock { holds in
                holds.mayRemove(sha, since: inventory.moment) && rename("\(self.root)/\(sha)", doomed) == 0
            }
            if isMoved { FileTree.remove(doomed) }
        }
    }

    private func unpack(_ zip: [UInt8], sha: String) throws {
        let final = "\(self.root)/\(sha)"
        guard access(final, F_OK) != 0 else { return }
        let archive = try ZipArchive(zip)
        guard archive.unpackedSize <= Self.maximumUnpackedSize else {
            throw FunctionCodeError.tooLarge(unpacked: archive.unpackedSize)
        }
        let staging = "\(self.root)/.\(sha).\(Identifiers.hex(8))"
        do {
            try FileTree.makeDirectories(staging + "/task")
            try FileTree.write(zip, to: staging + "/code.zip", mode: 0o600)
            try Self.write(archive, below: staging + "/task")
        } catch {
            FileTree.remove(staging)
            throw error
        }
        if rename(staging, final) != 0 {
            let failure = errno
            FileTree.remove(staging)
            // Somebody else unpacked the same archive at the same time: theirs is as good.
            guard failure == EEXIST || failure == ENOTEMPTY else { throw FileFailure(path: final, errno: failure) }
        }
    }

    /// Links come last, so that no file is written through one.
    private static func write(_ archive: ZipArchive, below root: String) throws {
        try Self.refuseEntriesBehindLinks(archive)
        for entry in archive.entries where entry.kind == .directory {
            try FileTree.makeDirectories("\(root)/\(entry.path)")
        }
        for entry in archive.entries where entry.kind == .file {
            try FileTree.makeDirectories(Self.parent(of: "\(root)/\(entry.path)"))
            // Readable whatever the archive says: Lambda's own complaint about unreadable files helps nobody here.
            try FileTree.write(
                try archive.contents(of: entry), to: "\(root)/\(entry.path)", mode: (entry.mode ?? 0o644) | 0o400)
        }
        for entry in archive.entries where entry.kind == .symbolicLink {
            let target = String(decoding: try archive.contents(of: entry), as: UTF8.self)
            guard Self.stays(target, from: entry.path) else {
                throw ZipArchiveError.escapes("\(entry.path) -> \(target)")
            }
            try FileTree.makeDirectories(Self.parent(of: "\(root)/\(entry.path)"))
            guard symlink(target, "\(root)/\(entry.path)") == 0 else {
                throw FileFailure(path: entry.path, errno: errno)
            }
        }
    }

    private static func refuseEntriesBehindLinks(_ archive: ZipArchive) throws(ZipArchiveError) {
        let links = Set(archive.entries.filter { $0.kind == .symbolicLink }.map(\.path))
        guard !links.isEmpty else { return }
        for entry in archive.entries {
            var parent = Self.parent(of: entry.path)
            while !parent.isEmpty {
                if links.contains(parent) { throw .escapes(entry.path) }
                parent = Self.parent(of: parent)
            }
        }
    }

    /// Empty for a path of one part.
    private static func parent(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }

    /// Whether a link at `path` that points to `target` stays below the archive's root.
    private static func stays(_ target: String, from path: String) -> Bool {
        guard !target.hasPrefix("/"), !target.isEmpty else { return false }
        var depth = path.split(separator: "/").count - 1
        for part in target.split(separator: "/") where part != "." {
            depth += part == ".." ? -1 : 1
            if depth < 0 { return false }
        }
        return true
    }
}

package enum FunctionCodeError: Error, Equatable, Sendable {
    case tooLarge(unpacked: Int)
}
