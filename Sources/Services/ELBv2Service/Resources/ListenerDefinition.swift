internal import ELBv2API
internal import WireProtocol

/// The members of CreateListener and ModifyListener that only other protocols than HTTP have.
struct ListenerDefinition {
    let `protocol`: ELBv2.ProtocolEnum?
    let sslPolicy: String?
    let certificates: [ELBv2.Certificate]?
    let alpnPolicy: [String]?
    let mutualAuthentication: ELBv2.MutualAuthenticationAttributes?

    /// - Throws: naming what is unsupported on HTTP listeners of application load balancers.
    func check() throws(AWSError) {
        switch self.protocol {
        case .http, nil: break
        case .https:
            throw ELBv2.Errors.unsupportedProtocolException(
                "Listener protocol 'HTTPS' is not supported by Teal; use 'HTTP'")
        case .some(let other): throw .validation("Listener protocol '\(other)' must be one of 'HTTP, HTTPS'")
        }
        guard (self.certificates ?? []).isEmpty else {
            throw .invalidConfiguration("Certificates are supported on HTTPS listeners only")
        }
        guard self.sslPolicy.nonEmpty == nil else {
            throw .invalidConfiguration("An SslPolicy is supported on HTTPS listeners only")
        }
        guard (self.alpnPolicy ?? []).isEmpty || self.alpnPolicy == ["None"] else {
            throw .invalidConfiguration("An AlpnPolicy is supported on TLS listeners only")
        }
        guard self.mutualAuthentication == nil || self.mutualAuthentication?.mode == "off" else {
            throw .invalidConfiguration("MutualAuthentication is supported on HTTPS listeners only")
        }
    }
}
