internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// DescribeSSLPolicies: names only matter to HTTPS listeners, which there are none of; so the list is empty and every
    /// name unknown.
    func describeSSLPolicies(
        _ input: ELBv2.DescribeSSLPoliciesInput, _ context: RequestContext
    ) async throws -> ELBv2.DescribeSSLPoliciesOutput {
        if let name = input.names?.first {
            throw ELBv2.Errors.sslPolicyNotFoundException("SSL policy '\(name)' not found: Teal has no HTTPS listeners")
        }
        return ELBv2.DescribeSSLPoliciesOutput(sslPolicies: [])
    }
}
