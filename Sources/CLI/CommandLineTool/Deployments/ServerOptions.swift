internal import ArgumentParser
internal import ServerFiles
internal import WireProtocol

/// Where a command that asks a server finds it.
package struct ServerOptions: ParsableArguments {
    @OptionGroup var data: DataDirectoryOptions

    @Option(help: "URL of the server, instead of the one of the data directory; with the keys of the environment.")
    var endpoint: String?

    @Option(help: "Region, instead of the server's own.")
    var region: String?

    package init() {}

    package func validate() throws {
        guard let endpoint else { return }
        guard endpoint.hasPrefix("http://") || endpoint.hasPrefix("https://") else {
            throw ValidationError("--endpoint takes a URL that begins with http:// or https://, not '\(endpoint)'")
        }
    }

    /// The base URL, without a slash at the end.
    /// - Throws: `ServerFailure` where no server is ready.
    func address() async throws -> String {
        guard let endpoint else {
            return try await ServerConnection.waiting(for: self.data.directory, upTo: .zero).endpoint
        }
        return endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
    }

    /// A typed client with the data directory's own key, or with those of the environment where an endpoint is given.
    /// - Throws: `ServerFailure`, or what the environment lacks.
    func client() async throws -> AWSClient {
        guard let endpoint else {
            let connection = try await ServerConnection.waiting(for: self.data.directory, upTo: .zero)
            return connection.client(region: self.region)
        }
        return try AWSClient.fromEnvironment(
            endpoint: endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint, region: self.region)
    }
}
