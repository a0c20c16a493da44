package import ELBv2API
package import WireProtocol

/// Moves traffic by rewriting the forward actions of listener rules.
package struct RuleForwarding: Sendable {
    /// The header by which a routing call says whether the proxy serves the change; absent on AWS.
    private static let servedHeader = "x-teal-routing-served"

    private let aws: AWSClient

    package init(_ aws: AWSClient) { self.aws = aws }

    /// Every rule of a listener, the default one included.
    package func rules(of listener: String) async throws -> [ELBv2.Rule] {
        var rules: [ELBv2.Rule] = []
        var marker: String?
        repeat {
            let page = try await self.aws.call(ELBv2.DescribeRules.self, .init(listenerArn: listener, marker: marker))
            rules += page.rules ?? []
            marker = page.nextMarker
        } while marker != nil
        return rules
    }

    package func rule(_ arn: String) async throws -> ELBv2.Rule? {
        try await self.aws.call(ELBv2.DescribeRules.self, .init(ruleArns: [arn])).rules?.first
    }

    /// Asks for every rule even where one is not served yet: the next attempt then finds all of them stored.
    /// - Parameter listener: whose default rule is among `rules`.
    /// - Returns: whether the load balancer serves all of it already.
    package func write(_ weights: [ForwardWeight], into rules: [ELBv2.Rule], of listener: String) async throws -> Bool {
        var isServed = true
        for rule in rules {
            let actions = rule.actions(forwardingTo: weights)
            let headers: [String: String]
            if rule.isDefault == true {
                headers = try await self.aws.reply(
                    ELBv2.ModifyListener.self, .init(listenerArn: listener, defaultActions: actions)
                ).headers
            } else if let arn = rule.ruleArn {
                headers = try await self.aws.reply(ELBv2.ModifyRule.self, .init(ruleArn: arn, actions: actions)).headers
            } else {
                continue
            }
            if headers[Self.servedHeader] == "false" { isServed = false }
        }
        return isServed
    }
}
