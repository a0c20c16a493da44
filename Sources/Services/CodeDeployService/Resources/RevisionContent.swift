internal import CodeDeployAPI
internal import Crypto

/// The AppSpec text that a revision carries.
struct RevisionContent: Equatable {
    let text: String
    /// Lower-case hexadecimal digest of the text in UTF-8.
    let sha256: String
    /// As it came, with its digest filled in.
    let location: CodeDeploy.RevisionLocation

    /// - Throws: `InvalidRevisionException`, also for the kinds of revision that are not supported.
    init(_ revision: CodeDeploy.RevisionLocation) throws {
        let (text, claimed) = try Self.content(of: revision)
        guard let text, !text.isEmpty else {
            throw CodeDeploy.Errors.invalidRevisionException(
                "The AppSpec file cannot be located in the specified revision: content is empty.")
        }
        let digest = Self.digest(of: text)
        if let claimed, !claimed.isEmpty, claimed.lowercased() != digest {
            throw CodeDeploy.Errors.invalidRevisionException(
                "The sha256 of the revision is \(claimed), but that of its content is \(digest).")
        }
        var location = revision
        location.appSpecContent?.sha256 = digest
        location.string?.sha256 = digest
        self.text = text
        self.sha256 = digest
        self.location = location
    }

    /// What a revision is known by: its content need not be repeated where its digest is given.
    static func identity(of revision: CodeDeploy.RevisionLocation) throws -> String {
        try Self.soleIdentity(of: revision) ?? RevisionContent(revision).sha256
    }

    /// The digest, where it comes without the content.
    static func soleIdentity(of revision: CodeDeploy.RevisionLocation) throws -> String? {
        let (text, claimed) = try Self.content(of: revision)
        guard text?.isEmpty ?? true, let claimed, !claimed.isEmpty else { return nil }
        return claimed.lowercased()
    }

    private static func content(of revision: CodeDeploy.RevisionLocation) throws -> (text: String?, sha256: String?) {
        switch revision.revisionType {
        case .appSpecContent:
            guard let content = revision.appSpecContent else { throw Self.missing("appSpecContent") }
            return (content.content, content.sha256)
        case .string:
            guard let string = revision.string else { throw Self.missing("string") }
            return (string.content, string.sha256)
        case .s3:
            throw CodeDeploy.Errors.invalidRevisionException(
                "The revisionType S3 is not supported by Teal yet: pass the AppSpec file as AppSpecContent.")
        case .gitHub:
            throw CodeDeploy.Errors.invalidRevisionException(
                "The revisionType GitHub is not supported for the ECS compute platform.")
        case .unknown(let type):
            throw CodeDeploy.Errors.invalidRevisionException("The revisionType \(type) is not valid.")
        case nil:
            if let content = revision.appSpecContent { return (content.content, content.sha256) }
            throw Self.missing("revisionType")
        }
    }

    private static func missing(_ member: String) -> any Error {
        CodeDeploy.Errors.invalidRevisionException("The revision has no \(member).")
    }

    private static func digest(of text: String) -> String {
        let digits = Array("0123456789abcdef")
        return String(SHA256.hash(data: Array(text.utf8)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
