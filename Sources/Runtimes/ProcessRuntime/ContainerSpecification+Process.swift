internal import Glibc
internal import WorkloadRuntime

extension ContainerSpecification {
    /// The first thing that the definition asks for and that a process of the host cannot have; `nil` where it can run.
    ///
    /// Honoured: command, environment, working directory, stop signal, ulimits, an open standard input, an init process
    /// (the shim reaps and forwards), a host path mounted at its own path. Kept as labels: image, Docker labels. Not enforced:
    /// `cpu`, `memory` and `memoryReservation` (they count for placement only), and so no out-of-memory kill is seen.
    /// Everything else is refused rather than ignored.
    var unsupportedByProcesses: String? {
        if self.privileged { return "privileged" }
        if self.readonlyRootFilesystem { return "readonlyRootFilesystem" }
        if self.pseudoTerminal { return "pseudoTerminal" }
        if let hostname { return "hostname \"\(hostname)\"" }
        if !self.capabilitiesAdded.isEmpty || !self.capabilitiesDropped.isEmpty {
            return "linuxParameters.capabilities"
        }
        if self.sharedMemorySize != nil { return "linuxParameters.sharedMemorySize" }
        if let control = self.systemControls.keys.min() { return "systemControls \"\(control)\"" }
        if let host = self.extraHosts.keys.min() { return "extraHosts \"\(host)\"" }
        if let member = self.engineOptions?.firstMember { return member }
        if let user, !Self.isOwnUser(user) { return "user \"\(user)\"" }
        return self.mounts.lazy.compactMap(\.unsupportedByProcesses).first
    }

    /// Whether a `user` (`name`, `uid`, `name:group`, `uid:gid`) is who we are anyway.
    private static func isOwnUser(_ user: String) -> Bool {
        let parts = user.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first else { return false }
        let isUser =
            UInt32(name).map { $0 == geteuid() } ?? (getpwnam(String(name)).map { $0.pointee.pw_uid } == geteuid())
        guard parts.count == 2, isUser else { return isUser }
        return UInt32(parts[1]).map { $0 == getegid() }
            ?? (getgrnam(String(parts[1])).map { $0.pointee.gr_gid } == getegid())
    }
}

extension ContainerSpecification.Mount {
    fileprivate var unsupportedByProcesses: String? {
        switch self.source {
        case .hostPath(let path):
            path == self.containerPath && !self.readOnly
                ? nil : "mount of \(path) at \(self.containerPath)\(self.readOnly ? " (read-only)" : "")"
        case .taskVolume(let name): "volume \"\(name)\" at \(self.containerPath)"
        case .dockerVolume(let volume): "dockerVolumeConfiguration of volume \"\(volume.name)\""
        case .tmpfs: "tmpfs at \(self.containerPath)"
        }
    }
}
