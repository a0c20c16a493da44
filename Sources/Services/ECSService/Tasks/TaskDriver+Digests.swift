internal import Store

extension TaskDriver {
    /// What the tag stood for when the first task of the revision looked; `nil` where none has, or each task looks for itself.
    func digest(of container: String, _ assembly: TaskAssembly) async throws -> String? {
        guard assembly.consistentContainers?.contains(container) == true else { return nil }
        return try await self.store.read { snapshot in
            guard let revision = try snapshot.task(self.taskID)?.revision else { return nil }
            return try snapshot.imageDigests(ofRevision: revision)[container]
        }
    }
}

extension StoredTask {
    /// - Returns: the digest that holds for the container: that of the revision, where a task has looked before.
    func keepDigest(
        _ digest: String?, of container: String, _ assembly: TaskAssembly, _ transaction: StoreTransaction
    ) throws -> String? {
        guard let digest, let revision = self.revision, let service = self.service,
            assembly.consistentContainers?.contains(container) == true
        else { return digest }
        return try transaction.keepImageDigest(
            digest, of: container, revision: revision,
            service: ServiceKey(region: self.region, cluster: self.cluster, name: service))
    }
}
