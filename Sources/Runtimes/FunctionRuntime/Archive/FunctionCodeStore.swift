internal import Model
internal import NIOPosix

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The code of every function version, by the SHA-256 of its zip archive: `<root>/<sha>/code.zip` and its files unpacked
/// below `<root>/<sha>/task`. A folder appears whole or not at all, and never changes.
package struct FunctionCodeStore: Sendable {
    /// Unpacked size that Lambda allows.
    package static let maximumUnpackedSize = 262_144_000

    private let root: String

    package init(root: String) {
        self.root = root
    }

    /// `LAMBDA_TASK_ROOT` of the code.
    package func taskRoot(of sha: String) -> String { "\(self.root)/\(sha)/task" }

    package func archivePath(of sha: String) -> String { "\(self.root)/\(sha)/code.zip" }

    /// Keeps the archive and its files. Does nothing where they are there already.
    /// - Parameter sha: hexadecimal SHA-256 of `zip`.
    package func keep(_ zip: [UInt8], sha: String) async throws {
        try await NIOThreadPool.singleton.runIfActive { try self.unpack(zip, sha: sha) }
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
