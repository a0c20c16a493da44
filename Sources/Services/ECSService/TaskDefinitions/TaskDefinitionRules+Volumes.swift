internal import ECSAPI

/// Volumes, and what containers mount of them. Messages as AWS has been seen to word them where that is known.
extension TaskDefinitionRules {
    func checkVolumes() throws {
        let volumes = self.input.volumes ?? []
        for volume in volumes { try self.check(volume) }
        var seen: Set<String> = []
        for name in volumes.compactMap(\.name) where !seen.insert(name).inserted {
            throw ECS.Errors.clientException("Two volumes can not have the same name: '\(name)'.")
        }
    }

    private func check(_ volume: ECS.Volume) throws {
        guard let name = volume.name, !name.isEmpty else {
            throw ECS.Errors.clientException("Volume.name should not be null or empty.")
        }
        let hostPath = volume.host?.sourcePath.flatMap { $0.isEmpty ? nil : $0 }
        let kinds = [
            hostPath != nil, volume.dockerVolumeConfiguration != nil, volume.efsVolumeConfiguration != nil,
            volume.fsxWindowsFileServerVolumeConfiguration != nil, volume.configuredAtLaunch == true,
        ]
        guard kinds.count(where: { $0 }) <= 1 else {
            throw ECS.Errors.clientException(
                "When the volume parameter is specified, only one volume configuration type should be used. (volume '\(name)')"
            )
        }
        if let hostPath {
            guard hostPath.hasPrefix("/"), !hostPath.contains(":") else {
                throw ECS.Errors.clientException(
                    "Invalid sourcePath '\(hostPath)' of volume '\(name)': an absolute path without a colon.")
            }
            if self.isFargate {
                throw ECS.Errors.clientException("Fargate compatible task definitions do not support sourcePath")
            }
        }
        if let docker = volume.dockerVolumeConfiguration {
            if self.isFargate {
                throw ECS.Errors.clientException(
                    "Fargate compatible task definitions do not support dockerVolumeConfiguration")
            }
            if docker.autoprovision == true, docker.scope != .shared {
                throw ECS.Errors.clientException(
                    "Volume '\(name)': autoprovision is only valid for volumes of shared scope.")
            }
        }
    }

    func checkMounts(of container: ECS.ContainerDefinition) throws {
        let name = container.name ?? ""
        let volumes = Set((self.input.volumes ?? []).compactMap(\.name))
        for mount in container.mountPoints ?? [] {
            guard let volume = mount.sourceVolume, volumes.contains(volume) else {
                throw ECS.Errors.clientException("Unknown volume '\(mount.sourceVolume ?? "null")'.")
            }
            guard let path = mount.containerPath, !path.isEmpty else {
                throw ECS.Errors.clientException(
                    "Container '\(name)': the mount point of volume '\(volume)' needs a containerPath.")
            }
        }
        for system in container.linuxParameters?.tmpfs ?? [] {
            guard system.containerPath.hasPrefix("/"), system.size > 0 else {
                throw ECS.Errors.clientException(
                    "Container '\(name)': tmpfs needs an absolute containerPath and a size above 0 MiB.")
            }
            let unknown = (system.mountOptions ?? []).first { option in
                !Self.temporaryFileSystemOptions.contains(String(option.prefix { $0 != "=" }))
            }
            if let unknown {
                throw ECS.Errors.clientException("Container '\(name)': unknown tmpfs mount option '\(unknown)'.")
            }
        }
    }

    /// Valid values of `Tmpfs.mountOptions`; some take a value behind `=`.
    private static let temporaryFileSystemOptions: Set<String> = [
        "defaults", "ro", "rw", "suid", "nosuid", "dev", "nodev", "exec", "noexec", "sync", "async", "dirsync",
        "remount",
        "mand", "nomand", "atime", "noatime", "diratime", "nodiratime", "bind", "rbind", "unbindable", "runbindable",
        "private",
        "rprivate", "shared", "rshared", "slave", "rslave", "relatime", "norelatime", "strictatime", "nostrictatime",
        "mode",
        "uid", "gid", "nr_inodes", "nr_blocks", "mpol",
    ]
}
