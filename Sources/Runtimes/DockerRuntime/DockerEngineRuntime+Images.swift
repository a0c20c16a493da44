internal import Model
internal import WorkloadRuntime

extension DockerEngineRuntime {
    /// - Returns: the repository digest, or the image's own id where it has none because it never came from a registry.
    package func prepareImage(_ reference: String, digest: String?) async throws -> String? {
        if let digest {
            _ = try await self.image(reference, pinnedTo: digest)
            return digest
        }
        if let image = try await self.lookUp(reference) { return image.digest(of: reference) }
        try await self.engine.pullImage(reference)
        return try await self.lookUp(reference)?.digest(of: reference)
    }

    private func lookUp(_ reference: String) async throws -> EngineClient.Image? {
        do {
            return try await self.engine.image(reference)
        } catch let error as EngineError {
            // The reference itself is not one.
            throw RuntimeFailure.cannotPullContainer(error.description)
        }
    }

    /// The reference to run: the digest where one is asked for, however the tag has moved since.
    func imageToRun(_ specification: ContainerSpecification) async throws -> String {
        guard let digest = specification.imageDigest else { return specification.image }
        return try await self.image(specification.image, pinnedTo: digest)
    }

    private func image(_ reference: String, pinnedTo digest: String) async throws -> String {
        let pinned = "\(Self.repository(of: reference))@\(digest)"
        for candidate in [pinned, digest] where try await self.lookUp(candidate) != nil { return candidate }
        try await self.engine.pullImage(pinned)
        return pinned
    }

    /// An image reference without its tag and digest.
    static func repository(of reference: String) -> String {
        let name = reference.prefix { $0 != "@" }
        guard let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") else { return String(name) }
        return String(name[..<colon])
    }
}

extension EngineClient.Image {
    fileprivate func digest(of reference: String) -> String? {
        let repository = DockerEngineRuntime.repository(of: reference)
        // The engine may spell the repository in full (docker.io/library/…).
        let match = self.repositoryDigests.first { $0.hasPrefix(repository + "@") } ?? self.repositoryDigests.first
        return match?.split(separator: "@").last.map(String.init) ?? (self.id.isEmpty ? nil : self.id)
    }
}
