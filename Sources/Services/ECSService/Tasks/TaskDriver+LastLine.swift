internal import DeploymentEngine
internal import Logging
internal import Model
internal import Store
internal import WorkloadRuntime

extension TaskDriver {
    /// For output that does not end although its container has.
    private static let lastLineLimit = Duration.seconds(5)

    /// The last line that says anything, of a container of a migration that has ended: what a failed deployment shows.
    func lastLine(of container: ContainerHandle) async -> String? {
        guard let task = await self.load(), MigrationTask.service(ofGroup: task.group) != nil else { return nil }
        return await withTaskGroup(of: String?.self) { group in
            group.addTask {
                var last: String?
                do {
                    for try await line in self.runtime.logLines(of: container, after: nil)
                    where line.text.contains(where: { !$0.isWhitespace }) {
                        last = line.text
                    }
                } catch {
                    self.logger.warning(
                        "output of a migration could not be read",
                        metadata: ["task.id": "\(self.taskID)", "error": "\(error)"])
                }
                // As long as the API lets a reason be.
                return last.map { String($0.prefix(255)) }
            }
            group.addTask {
                // Cancelled when the line is there.
                try? await self.clock.sleep(for: Self.lastLineLimit)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}
