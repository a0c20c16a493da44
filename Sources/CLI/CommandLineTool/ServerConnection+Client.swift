internal import ServerFiles
internal import WireProtocol

extension ServerConnection {
    /// A typed client with the data directory's own key.
    var client: AWSClient { self.client(region: nil) }

    /// - Parameter region: instead of the server's own.
    func client(region: String?) -> AWSClient {
        AWSClient.remote(
            endpoint: self.endpoint,
            signer: RequestSigner(
                accessKeyID: self.credentials.accessKeyID, secretAccessKey: self.credentials.secretAccessKey),
            region: region ?? self.region)
    }
}
