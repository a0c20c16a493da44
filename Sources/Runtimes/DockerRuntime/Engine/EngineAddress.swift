/// Where an engine listens: `unix:///var/run/docker.sock` or `tcp://127.0.0.1:2375`.
package struct EngineAddress: Hashable, Sendable, CustomStringConvertible {
    package let description: String
    /// What requests' URLs begin with.
    let baseURL: String

    /// `nil` for a form that is not spoken here (`ssh://`, `npipe://`).
    package init?(_ text: String) {
        self.description = text
        if text.hasPrefix("unix://") {
            let path = text.dropFirst("unix://".count)
            guard path.hasPrefix("/") else { return nil }
            self.baseURL = "http+unix://" + path.utf8.map(Self.percentEncoded).joined()
        } else if text.hasPrefix("tcp://") {
            self.baseURL = "http://" + text.dropFirst("tcp://".count)
        } else {
            return nil
        }
    }

    private static func percentEncoded(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            String(UnicodeScalar(byte))
        default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
    }

    /// Where to look for an engine, best first: `DOCKER_HOST` alone when it is set; else Docker's socket, then Podman's.
    package static func candidates(environment: [String: String], userID: UInt32) -> [EngineAddress] {
        if let host = environment["DOCKER_HOST"], !host.isEmpty { return [EngineAddress(host)].compactMap { $0 } }
        let runtimeFolder = environment["XDG_RUNTIME_DIR"] ?? "/run/user/\(userID)"
        return [
            "unix:///var/run/docker.sock", "unix://\(runtimeFolder)/docker.sock",
            "unix://\(runtimeFolder)/podman/podman.sock", "unix:///run/podman/podman.sock",
        ].compactMap(EngineAddress.init)
    }
}
