/// An error of an AWS API, as a client sees it. Services throw it; the codecs alone turn it into an envelope.
/// Generated factories (`ECS.Errors.clusterNotFoundException("Cluster not found.")`) know each code and status.
package struct AWSError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The code on the wire: the shape name in JSON dialects, the model's `error.code` in query dialects.
    package let code: String
    /// The name on the wire in the JSON and CBOR dialects of a query-compatible service, where it is not the code: there
    /// the body names the shape, and a header the code (`x-amzn-query-error`).
    package let shape: String?
    package let message: String
    /// HTTP status.
    package let status: Int
    package let fault: Fault
    /// Further modelled members (`resourceIds` of a ConflictException), by wire name.
    package let members: WireMembers

    package enum Fault: String, Sendable {
        case sender = "Sender"
        case receiver = "Receiver"
    }

    package init(
        code: String, shape: String? = nil, message: String, status: Int = 400, fault: Fault = .sender,
        members: WireMembers = [:]
    ) {
        self.code = code
        self.shape = shape
        self.message = message
        self.status = status
        self.fault = fault
        self.members = members
    }

    package var description: String { "\(self.code): \(self.message)" }
}
