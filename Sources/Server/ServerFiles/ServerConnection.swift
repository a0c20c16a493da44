internal import Model

/// How a client on this machine reaches the server of a data directory.
package struct ServerConnection: Sendable {
    /// Base URL of the API.
    package let endpoint: String
    package let credentials: CredentialsFile
    package let region: String

    /// Waits until the server has written its endpoint.
    /// - Throws: `ServerFailure` where none has by then, or its files cannot be read.
    package static func waiting(for directory: DataDirectory, upTo limit: Duration) async throws -> ServerConnection {
        let clock = SystemWallClock()
        let deadline = clock.now() + limit
        while true {
            if let text = try TextFile.read(directory.endpoint), let connection = try Self(text, directory) {
                return connection
            }
            guard clock.now() < deadline else {
                throw ServerFailure(
                    "no server is ready in \(directory.path); start one with: teal serve --data-dir \(directory.path)")
            }
            try await clock.sleep(for: .milliseconds(50))
        }
    }

    /// `nil` while the file is not complete.
    private init?(_ text: String, _ directory: DataDirectory) throws(ServerFailure) {
        let lines = text.split(separator: "\n")
        guard lines.count == 2 else { return nil }
        self.endpoint = String(lines[0])
        self.region = String(lines[1])
        self.credentials = try CredentialsFile.loadOrCreate(in: directory)
    }

    /// Announces a ready server in its data directory.
    package static func announce(endpoint: String, region: String, in directory: DataDirectory) throws(ServerFailure) {
        try TextFile.write("\(endpoint)\n\(region)\n", to: directory.endpoint)
    }

    /// When the server stops; nothing happens where no endpoint was announced.
    package static func withdraw(in directory: DataDirectory) throws(ServerFailure) {
        try TextFile.remove(directory.endpoint)
    }

    /// Lines for a POSIX shell. A profile or a session token of the caller would win over the key, so both are unset.
    package func shellExports(region: String?) -> [String] {
        let region = region ?? self.region
        return [
            "export AWS_ENDPOINT_URL=\(self.endpoint)",
            "export AWS_REGION=\(region)",
            "export AWS_DEFAULT_REGION=\(region)",
            "export AWS_ACCESS_KEY_ID=\(self.credentials.accessKeyID)",
            "export AWS_SECRET_ACCESS_KEY=\(self.credentials.secretAccessKey)",
            "export AWS_PAGER=",
            "unset AWS_PROFILE AWS_SESSION_TOKEN",
        ]
    }
}
