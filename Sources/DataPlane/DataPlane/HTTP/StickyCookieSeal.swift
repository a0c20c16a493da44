internal import CLinux
internal import Crypto
internal import FoundationEssentials
internal import Glibc
internal import ProxyFeed
internal import TrafficRouting

/// Closes bindings into cookie values that nobody else can read, make or change (AES-GCM), and opens them again. The
/// cookie's name is sealed in: the value of one is no value of another.
struct StickyCookieSeal: Sendable {
    private let key: SymmetricKey

    /// Takes the key from a file of the state directory, so that clients stay where they are when the proxy restarts;
    /// makes it where there is none (mode 0600).
    init(directory: String) throws(SystemCallError) {
        let path = "\(directory)/proxy-cookie.key"
        if let bytes = FileManager.default.contents(atPath: path), bytes.count == 32 {
            self.key = SymmetricKey(data: bytes)
            return
        }
        let key = SymmetricKey(size: .bits256)
        let number = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw SystemCallError("open \(path)") }
        let file = OwnedDescriptor(number)
        let written = key.withUnsafeBytes { write(file.number, $0.baseAddress, $0.count) }
        guard written == 32 else { throw SystemCallError("write \(path)") }
        self.key = key
    }

    init(key: SymmetricKey) { self.key = key }

    /// Base64 text; `nil` where the sealing failed, which leaves the client free.
    func sealed(_ binding: StickyBinding, in cookie: StickyCookie) -> String? {
        // Fails only for sizes that are not ours.
        let box = try? AES.GCM.seal(binding.bytes, using: self.key, authenticating: Array(cookie.rawValue.utf8))
        return box?.combined?.base64EncodedString()
    }

    /// `nil` for anything that this seal has not made for this cookie.
    func opened(_ value: ByteView, in cookie: StickyCookie) -> StickyBinding? {
        // Our values have 60 characters: what is longer is not looked at.
        guard value.count <= 128, let data = Data(base64Encoded: value.text) else { return nil }
        // Any failure means the same: this is not ours.
        guard let box = try? AES.GCM.SealedBox(combined: data),
            let bytes = try? AES.GCM.open(box, using: self.key, authenticating: Array(cookie.rawValue.utf8))
        else { return nil }
        return StickyBinding(bytes: bytes)
    }
}
