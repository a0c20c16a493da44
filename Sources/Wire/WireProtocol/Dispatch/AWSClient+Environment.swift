internal import Model

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

extension AWSClient {
    /// A client by the variables that every AWS SDK reads: `AWS_ENDPOINT_URL`, key, secret, session token and region.
    /// - Parameters:
    ///   - endpoint: instead of the variable's.
    ///   - region: the same.
    /// - Throws: `MissingEnvironment` naming the variable.
    package static func fromEnvironment(
        endpoint: String? = nil, region: String? = nil
    ) throws(MissingEnvironment) -> AWSClient {
        let signer = RequestSigner(
            accessKeyID: try Self.required("AWS_ACCESS_KEY_ID"),
            secretAccessKey: try Self.required("AWS_SECRET_ACCESS_KEY"),
            sessionToken: Self.variable("AWS_SESSION_TOKEN"))
        guard let region = region ?? Self.variable("AWS_REGION") ?? Self.variable("AWS_DEFAULT_REGION") else {
            throw MissingEnvironment(name: "AWS_REGION")
        }
        let address: String
        if let endpoint { address = endpoint } else { address = try Self.required("AWS_ENDPOINT_URL") }
        return AWSClient.remote(endpoint: address, signer: signer, region: region)
    }

    /// A client of a server elsewhere. The account is the key's own: the scope here names only the region.
    package static func remote(
        endpoint: String, signer: RequestSigner, region: String, account: String = "123456789012"
    ) -> AWSClient {
        AWSClient(
            transport: HTTPTransport(endpoint: endpoint, signer: signer, clock: SystemWallClock()),
            scope: Scope(account: account, region: region), principal: .root(account: account))
    }

    private static func required(_ name: String) throws(MissingEnvironment) -> String {
        guard let value = Self.variable(name) else { throw MissingEnvironment(name: name) }
        return value
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// A variable that the command cannot do without.
package struct MissingEnvironment: Error, Equatable, Sendable, CustomStringConvertible {
    package let name: String

    package var description: String { "\(self.name) is not set; try: eval \"$(teal env)\"" }
}
