internal import Glibc
internal import Model

/// The few file operations of this runtime. They block: call them through `BlockingWork`, or in the shim.
enum Files {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// `nil` where there is no such file.
    static func read(_ path: String) throws(SystemError) -> [UInt8]? {
        do {
            let file = try Descriptor(opening: path, O_RDONLY)
            return try file.readToEnd()
        } catch {
            if error.code == ENOENT || error.code == ENOTDIR { return nil }
            throw error
        }
    }

    /// After this returns, the file has exactly these bytes even if the machine loses power; before, it is as it was.
    static func writeDurably(_ bytes: [UInt8], to path: String) throws(SystemError) {
        // Of its own: two who notice the same end may write it down at the same time.
        let temporary = "\(path).\(Identifiers.hex(8)).new"
        do throws(SystemError) {
            let file = try Descriptor(opening: temporary, O_WRONLY | O_CREAT | O_TRUNC)
            try file.write(bytes)
            guard fsync(file.raw) == 0 else { throw SystemError("fsync \(temporary)") }
            guard rename(temporary, path) == 0 else { throw SystemError("rename \(temporary)") }
        } catch {
            unlink(temporary)
            throw error
        }
        let folder = try Descriptor(opening: Self.parent(of: path), O_RDONLY | O_DIRECTORY)
        guard fsync(folder.raw) == 0 else { throw SystemError("fsync \(Self.parent(of: path))") }
    }

    /// Makes a folder (mode 0700) and those above it where they are missing.
    static func makeFolder(_ path: String) throws(SystemError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, path.contains("/") else { throw SystemError("mkdir \(path)") }
        try Self.makeFolder(Self.parent(of: path))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw SystemError("mkdir \(path)") }
    }

    /// Names in a folder, without `.` and `..`, in no order; none where there is no such folder.
    static func names(in folder: String) throws(SystemError) -> [String] {
        guard let directory = opendir(folder) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw SystemError("opendir \(folder)")
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Removes a file, or a folder with everything in it, also what is put there meanwhile. Symbolic links are removed, not
    /// followed.
    static func remove(_ path: String) throws(SystemError) {
        if unlink(path) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM else { throw SystemError("unlink \(path)") }
        // A shim that ends may still be writing down how its program did; it does so once.
        for _ in 0..<5 {
            for name in try Self.names(in: path) { try Self.remove("\(path)/\(name)") }
            if rmdir(path) == 0 || errno == ENOENT { return }
            guard errno == ENOTEMPTY else { break }
        }
        throw SystemError("rmdir \(path)")
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
