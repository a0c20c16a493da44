internal import Model
package import WorkloadRuntime

extension HostProcessRuntime {
    package func logLines(of container: ContainerHandle, after position: LogPosition?) -> AsyncThrowingStream<
        LogLine, any Error
    > {
        let reader = OutputReader(
            folder: self.runFolder(of: container), from: position.flatMap(OutputPosition.init) ?? .start, runtime: self)
        return AsyncThrowingStream { try await reader.next() }
    }
}
