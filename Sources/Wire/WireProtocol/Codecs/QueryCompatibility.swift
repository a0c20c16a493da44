/// How clients of a service that once spoke awsQuery only learn the error codes of that time: they ask for them with one
/// header and get them in another, while the body names the error's shape (Smithy, `awsQueryCompatible`).
enum QueryCompatibility {
    /// `true` in requests of such clients.
    static let modeHeader = "x-amzn-query-mode"
    private static let errorHeader = "x-amzn-query-error"

    /// Adds the code to a reply in any dialect but awsQuery itself, which has it in its body.
    static func add(
        _ error: AWSError, of service: ServiceDescription, to response: inout WireResponse, for request: WireRequest,
        in dialect: WireDialect
    ) {
        guard service.isQueryCompatible, dialect != .awsQuery,
            request.headers[self.modeHeader]?.lowercased() == "true"
        else { return }
        response.headers.append(self.errorHeader, "\(error.code);\(error.fault.rawValue)")
    }

    /// The code that a reply carries in its header.
    static func code(of response: WireResponse) -> String? {
        response.headers[self.errorHeader]?.split(separator: ";").first.map(String.init)
    }
}
