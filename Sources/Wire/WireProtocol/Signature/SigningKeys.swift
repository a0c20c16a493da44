internal import Crypto
internal import Synchronization

/// The signing keys that were derived lately. A key follows from secret and scope alone and serves a whole day, while its
/// derivation costs more than the signature itself.
final class SigningKeys: Sendable {
    private struct Source: Hashable, Sendable {
        let secret: String
        let scope: SignatureV4.CredentialScope
    }

    private static let capacity = 256

    private let known = Mutex<[Source: SymmetricKey]>([:])

    func key(_ secret: String, _ scope: SignatureV4.CredentialScope) -> SymmetricKey {
        let source = Source(secret: secret, scope: scope)
        if let key = self.known.withLock({ $0[source] }) { return key }
        let key = scope.signingKey(secret)
        self.known.withLock { known in
            if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
            known[source] = key
        }
        return key
    }
}
