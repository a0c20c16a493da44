/// A listener rule: its action applies where all of its conditions hold.
package struct Rule: Equatable, Sendable, Codable {
    package let id: RuleID
    /// 1-50000; of no meaning in a default rule.
    package let priority: Int
    /// Empty in a default rule.
    package let conditions: [Condition]
    package let action: Action

    package init(id: RuleID, priority: Int, conditions: [Condition], action: Action) {
        self.id = id
        self.priority = priority
        self.conditions = conditions
        self.action = action
    }

    package static func `default`(id: RuleID, action: Action) -> Rule {
        Rule(id: id, priority: 0, conditions: [], action: action)
    }
}

/// One condition of a rule (ELBv2 RuleCondition); it holds where any of its values matches.
package enum Condition: Equatable, Sendable, Codable {
    /// Case-insensitive wildcard patterns.
    case hostHeader([String])
    /// Case-sensitive wildcard patterns, matched on the raw path without the query.
    case pathPattern([String])
    /// A header name in any case, and case-insensitive wildcard patterns for its value.
    case httpHeader(name: String, values: [String])
    /// Exact, case-sensitive.
    case httpRequestMethod([String])
    /// Case-insensitive wildcard patterns.
    case queryString([QueryPattern])
    /// Of the TCP peer, never of `X-Forwarded-For`.
    case sourceIP([CIDRBlock])

    /// A key and value of the query; without a key, any key will do.
    package struct QueryPattern: Equatable, Sendable, Codable {
        package let key: String?
        package let value: String

        package init(key: String? = nil, value: String) {
            self.key = key
            self.value = value
        }
    }
}

/// What a listener does with a request (ELBv2 Action).
package enum Action: Equatable, Sendable, Codable {
    case forward(ForwardAction)
    case redirect(RedirectAction)
    case fixedResponse(FixedResponseAction)

    /// The groups that this action names, weight 0 included.
    package var targetGroups: [TargetGroupID] {
        switch self {
        case .forward(let forward): forward.targetGroups.map(\.id)
        case .redirect, .fixedResponse: []
        }
    }
}

/// Forwards each request to one of several groups, in proportion to their weights.
package struct ForwardAction: Equatable, Sendable, Codable {
    package struct WeightedTargetGroup: Equatable, Sendable, Codable {
        package let id: TargetGroupID
        /// 0-999.
        package let weight: Int

        package init(id: TargetGroupID, weight: Int) {
            self.id = id
            self.weight = weight
        }
    }

    package let targetGroups: [WeightedTargetGroup]
    /// `TargetGroupStickinessConfig.DurationSeconds` where enabled: the choice is kept in the cookie `AWSALBTG`.
    package let stickiness: Duration?

    package init(targetGroups: [WeightedTargetGroup], stickiness: Duration? = nil) {
        self.targetGroups = targetGroups
        self.stickiness = stickiness
    }

    /// Whether the weights really share out requests: at least two groups have one above 0. Application cookies do not
    /// work then (Application Load Balancers guide, sticky sessions).
    package var sharesOut: Bool { self.targetGroups.count { $0.weight > 0 } > 1 }
}

/// Answers with an absolute `Location`; every part may hold the placeholders of the ELBv2 API (`#{host}`, …).
package struct RedirectAction: Equatable, Sendable, Codable {
    package enum Status: Int, Sendable, Codable {
        case movedPermanently = 301
        case found = 302
    }

    package let status: Status
    package let `protocol`: String
    package let host: String
    package let port: String
    package let path: String
    package let query: String

    package init(
        status: Status, protocol: String = "#{protocol}", host: String = "#{host}", port: String = "#{port}",
        path: String = "/#{path}", query: String = "#{query}"
    ) {
        self.status = status
        self.protocol = `protocol`
        self.host = host
        self.port = port
        self.path = path
        self.query = query
    }
}

/// Answers without any target.
package struct FixedResponseAction: Equatable, Sendable, Codable {
    /// 2xx, 4xx or 5xx.
    package let status: Int
    package let contentType: String?
    package let body: String

    package init(status: Int, contentType: String? = nil, body: String = "") {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}
