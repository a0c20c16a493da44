/// One AWS protocol in both directions. Knows shapes only through their schemas, and no service.
protocol WireCodec: Sendable {
    /// Reads a request's input. Model validation comes after.
    /// - Throws: `UnreadableInput`.
    func input(of request: WireRequest, for operation: OperationFrame) throws(UnreadableInput) -> WireValue

    /// - Parameter requestID: also sent in the body where the protocol has a place for it.
    func reply(_ output: WireValue, of operation: OperationFrame, requestID: String) -> WireResponse

    func reply(_ error: AWSError, of service: ServiceDescription, requestID: String) -> WireResponse

    /// Writes a request as a client sends it, unsigned.
    func request(_ input: WireValue, for operation: OperationFrame) -> WireRequest

    /// Reads a reply as a client does.
    /// - Throws: `AWSError` that the service answered, or `UnreadableReply`.
    func output(of response: WireResponse, for operation: OperationFrame) throws -> WireValue
}

/// What a codec needs of an operation.
package struct OperationFrame: Sendable {
    package let name: String
    package let service: ServiceDescription
    package let http: HTTPBinding
    package let resultWrapper: String?
    package let input: StructureSchema
    package let output: StructureSchema

    init<Operation: AWSOperation>(_ operation: Operation.Type) {
        self.name = Operation.name
        self.service = Operation.service
        self.http = Operation.http
        self.resultWrapper = Operation.resultWrapper
        self.input = Operation.Input.schema
        self.output = Operation.Output.schema
    }

    init(_ entry: OperationRegistry.Entry, of service: ServiceDescription) {
        self.name = entry.name
        self.service = service
        self.http = entry.http
        self.resultWrapper = entry.resultWrapper
        self.input = entry.input
        self.output = entry.output
    }
}

/// Why an input could not be read.
enum UnreadableInput: Error, Equatable {
    /// The body is not in the protocol's syntax, or a member has another type than the model says.
    case syntax(String)
    /// Members that can be named, for the service to word.
    case members([ValidationFailure])
}

/// A reply that is not in the protocol's form: not an AWS service, or a proxy in between.
package struct UnreadableReply: Error, Equatable, Sendable, CustomStringConvertible {
    package let operation: String
    package let status: Int
    package let reason: String

    package var description: String {
        "\(self.operation) answered \(self.status) with an unreadable body: \(self.reason)"
    }
}

extension WireDialect {
    var codec: any WireCodec {
        switch self {
        case .awsJSON10: AWSJSONCodec(contentType: "application/x-amz-json-1.0")
        case .awsJSON11: AWSJSONCodec(contentType: "application/x-amz-json-1.1")
        case .awsQuery: AWSQueryCodec()
        case .ec2Query: EC2QueryCodec()
        case .restJSON1: RestCodec(documents: .json)
        case .restXML: RestCodec(documents: .xml)
        case .rpcV2CBOR: RPCV2CBORCodec()
        }
    }
}
