internal import Model

/// The bootstrap key of a data directory, in the AWS profile format. Made at the first start; the server reads it at each
/// start, so that an operator can put another key there.
package struct CredentialsFile: Equatable, Sendable {
    package let accessKeyID: String
    package let secretAccessKey: String

    /// Reads the file, or makes it with a fresh key.
    /// - Throws: `ServerFailure` where it cannot be read or written, or holds no key.
    package static func loadOrCreate(in directory: DataDirectory) throws(ServerFailure) -> CredentialsFile {
        if let text = try TextFile.read(directory.credentials) {
            guard let credentials = CredentialsFile(profile: text) else {
                throw ServerFailure(
                    "\(directory.credentials) holds no aws_access_key_id and aws_secret_access_key; "
                        + "write both there, or remove the file to have new ones made")
            }
            return credentials
        }
        let credentials = CredentialsFile(
            accessKeyID: "AKIA" + Identifiers.upperAlphanumeric(16), secretAccessKey: Identifiers.base64URL(40))
        try TextFile.write(
            """
            [default]
            aws_access_key_id = \(credentials.accessKeyID)
            aws_secret_access_key = \(credentials.secretAccessKey)

            """, to: directory.credentials)
        return credentials
    }

    init(accessKeyID: String, secretAccessKey: String) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
    }

    /// `nil` where one of the two settings is missing; the last one of a name wins.
    init?(profile text: String) {
        var settings: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { continue }
            settings[Self.trimmed(parts[0])] = Self.trimmed(parts[1])
        }
        guard let id = settings["aws_access_key_id"], let secret = settings["aws_secret_access_key"], !id.isEmpty,
            !secret.isEmpty
        else { return nil }
        self.init(accessKeyID: id, secretAccessKey: secret)
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return String(text)
    }
}
