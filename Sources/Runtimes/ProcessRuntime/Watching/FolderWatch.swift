internal import CLinux
internal import Dispatch
internal import Glibc
internal import Synchronization

/// Tells when files in folders change (inotify), for those who follow output.
final class FolderWatch: Sendable {
    private struct State {
        /// How many follow a folder; it is watched while somebody does.
        var followers: [String: Int] = [:]
        var watches: [String: CInt] = [:]
        var folders: [CInt: String] = [:]
        var source: (any DispatchSourceRead)?
    }

    private let descriptor: CInt
    private let state = Mutex(State())

    init(onChange: @escaping @Sendable (String) -> Void) throws {
        self.descriptor = inotify_init1(CInt(IN_CLOEXEC) | CInt(IN_NONBLOCK))
        guard self.descriptor >= 0 else { throw SystemError("inotify_init1") }
        let descriptor = self.descriptor
        self.state.withLock { state in
            let source = DispatchSource.makeReadSource(
                fileDescriptor: descriptor, queue: DispatchQueue(label: "teal.folder-watch"))
            source.setCancelHandler { close(descriptor) }
            source.setEventHandler { [weak self] in
                guard let self else { return }
                for folder in self.changedFolders() { onChange(folder) }
            }
            source.resume()
            state.source = source
        }
    }

    deinit { self.state.withLock { $0.source?.cancel() } }

    func follow(_ folder: String) {
        self.state.withLock { state in
            state.followers[folder, default: 0] += 1
            guard state.watches[folder] == nil else { return }
            let mask = UInt32(IN_MODIFY) | UInt32(IN_CREATE) | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE_SELF)
            let watch = inotify_add_watch(self.descriptor, folder, mask)
            // The folder is gone: its reader sees that on its next look.
            guard watch >= 0 else { return }
            state.watches[folder] = watch
            state.folders[watch] = folder
        }
    }

    func unfollow(_ folder: String) {
        self.state.withLock { state in
            let left = state.followers[folder, default: 1] - 1
            state.followers[folder] = left > 0 ? left : nil
            guard left <= 0, let watch = state.watches.removeValue(forKey: folder) else { return }
            state.folders[watch] = nil
            inotify_rm_watch(self.descriptor, watch)
        }
    }

    private func changedFolders() -> Set<String> {
        var buffer = [UInt8](repeating: 0, count: 16384)
        let count = read(self.descriptor, &buffer, buffer.count)
        guard count > 0 else { return [] }
        var watches: Set<CInt> = []
        buffer.withUnsafeBytes { bytes in
            var offset = 0
            let head = MemoryLayout<inotify_event>.size
            while offset + head <= count {
                let event = bytes.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                watches.insert(event.wd)
                offset += head + Int(event.len)
            }
        }
        return self.state.withLock { state in
            // -1: the kernel's queue ran over, anything may have changed.
            watches.contains(-1) ? Set(state.folders.values) : Set(watches.compactMap { state.folders[$0] })
        }
    }
}
