package import Store
package import WireProtocol

/// Every key that the server accepts: the data directory's own, the active keys of users, and the sessions of STS.
package struct CredentialDirectory: Sendable {
    private let bootstrapKeyID: String
    private let bootstrap: KnownCredential
    private let store: Store

    /// - Parameter bootstrap: the data directory's own key, which acts as the account's root.
    package init(bootstrapKeyID: String, bootstrapSecret: String, account: String, store: Store) {
        self.bootstrapKeyID = bootstrapKeyID
        self.bootstrap = KnownCredential(secretAccessKey: bootstrapSecret, principal: .root(account: account))
        self.store = store
    }

    /// `nil` for a key that nobody was given.
    package func credential(for accessKeyID: String) async throws -> KnownCredential? {
        if accessKeyID == self.bootstrapKeyID { return self.bootstrap }
        if let user = try await self.store.read({ try $0.userCredential(accessKeyID) }) { return user }
        guard let session = try await self.store.read({ try $0.roleSession(accessKeyID: accessKeyID) }) else {
            return nil
        }
        return KnownCredential(
            secretAccessKey: session.secretAccessKey, sessionToken: session.sessionToken,
            expiration: session.expiration,
            principal: try PrincipalText.decode(session.principal))
    }
}

extension StoreSnapshot {
    fileprivate func userCredential(_ accessKeyID: String) throws -> KnownCredential? {
        guard let key = try self.accessKey(accessKeyID), key.isActive,
            let user = try self.identity(.user, key.user, account: key.account)
        else { return nil }
        return KnownCredential(
            secretAccessKey: key.secretAccessKey, principal: .user(name: user.name, id: user.id, account: user.account))
    }
}
