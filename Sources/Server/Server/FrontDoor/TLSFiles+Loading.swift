internal import NIOSSL
internal import ServerFiles

extension ServerConfiguration.TLSFiles {
    /// Reads both files and checks that they belong together.
    /// - Throws: `ServerFailure` naming the file that cannot be used.
    func load() throws(ServerFailure) -> TLSConfiguration {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(self.certificate)
        } catch {
            throw ServerFailure("--tls-cert: \(self.certificate) holds no readable certificate (\(error))")
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: self.privateKey, format: .pem)
        } catch {
            throw ServerFailure("--tls-key: \(self.privateKey) holds no readable private key (\(error))")
        }
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        do {
            _ = try NIOSSLContext(configuration: configuration)
        } catch {
            throw ServerFailure("\(self.privateKey) is not the key of \(self.certificate) (\(error))")
        }
        return configuration
    }
}
