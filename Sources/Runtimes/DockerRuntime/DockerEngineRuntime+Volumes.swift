internal import Model
internal import WorkloadRuntime

extension DockerEngineRuntime {
    /// Makes the volumes that a container mounts; what is there already is used. Those of the task carry its label, by which they
    /// are removed; shared ones have the very name of the definition, so that every task of the engine means the same one.
    func provideVolumes(of specification: ContainerSpecification, task: String) async throws {
        let taskLabels = self.naming.labels.merging([Naming.taskLabel: task]) { $1 }
        for source in specification.mounts.map(\.source) {
            switch source {
            case .taskVolume(let name):
                try await self.engine.createVolume(.init(name: self.naming.volume(name, of: task), labels: taskLabels))
            case .dockerVolume(let volume):
                switch volume.scope {
                case .task:
                    try await self.engine.createVolume(
                        volume.engineVolume(named: self.naming.volume(volume.name, of: task), labels: taskLabels))
                case .shared:
                    guard try await self.engine.volume(volume.name) != nil else {
                        throw RuntimeFailure.resourceInitialization(
                            "volume \(volume.name) is not in the engine, and the task definition does not autoprovision it"
                        )
                    }
                case .autoprovisioned:
                    try await self.autoprovision(volume)
                }
            case .hostPath, .tmpfs: continue
            }
        }
    }

    private func autoprovision(_ volume: ContainerSpecification.DockerVolume) async throws {
        let wanted = volume.engineVolume(named: volume.name, labels: self.naming.labels)
        guard let found = try await self.engine.volume(volume.name) else {
            return try await self.engine.createVolume(wanted)
        }
        guard found.driver ?? "local" == wanted.driver ?? "local", found.options == wanted.options else {
            throw RuntimeFailure.resourceInitialization(
                "volume \(volume.name) is in the engine with another driver or other driver options")
        }
    }
}

extension ContainerSpecification.DockerVolume {
    fileprivate func engineVolume(named name: String, labels: [String: String]) -> EngineClient.Volume {
        EngineClient.Volume(
            name: name, driver: self.driver, options: self.driverOptions,
            labels: self.labels.merging(labels) { _, own in own })
    }
}
