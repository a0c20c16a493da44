package import Model

/// Where the `awslogs` driver takes the output of containers. No AWS API keeps lines and the place up to which they have
/// been read in one transaction, which a restart without lost or repeated lines needs; so the server connects this.
package struct ContainerOutput: Sendable {
    package struct Stream: Hashable, Sendable {
        package let group: String
        package let name: String
        package let region: String
    }

    /// Behind the last line that has been kept of a stream.
    let position: @Sendable (Stream) async throws -> String?
    let append: @Sendable (Stream, _ lines: [(at: Timestamp, text: String)], _ position: String) async throws -> Void

    package init(
        position: @escaping @Sendable (Stream) async throws -> String?,
        append:
            @escaping @Sendable (Stream, _ lines: [(at: Timestamp, text: String)], _ position: String) async throws ->
            Void
    ) {
        self.position = position
        self.append = append
    }
}
