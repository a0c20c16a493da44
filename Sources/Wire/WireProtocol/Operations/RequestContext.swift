package import Model

/// Who calls, and where: what a handler knows besides its input.
package struct RequestContext: Sendable {
    package let scope: Scope
    package let principal: Principal
    /// `x-amzn-RequestId` of the reply.
    package let requestID: String
    /// Host and port that the caller addressed; `nil` for calls inside the server.
    package let host: String?
    /// Headers that the reply carries besides the protocol's own, such as `x-teal-routing-generation`.
    package let replyHeaders: ReplyHeaders
    /// The body of an operation whose payload is not held whole. `nil` for calls inside the server, which pass it as the
    /// payload's own member.
    package let payload: PayloadReader?
    /// Takes the payload of a reply that is not held whole.
    package let replyStream: ReplyStream

    package init(
        scope: Scope, principal: Principal, requestID: String, host: String? = nil,
        replyHeaders: ReplyHeaders = ReplyHeaders(), payload: PayloadReader? = nil
    ) {
        self.scope = scope
        self.principal = principal
        self.requestID = requestID
        self.host = host
        self.replyHeaders = replyHeaders
        self.payload = payload
        self.replyStream = ReplyStream()
    }
}

/// The identity behind a request's signature.
package enum Principal: Hashable, Sendable, Codable {
    case root(account: String)
    case user(name: String, id: String, account: String)
    /// A session of `sts:AssumeRole`; `id` is the role's `AROA…` id.
    case assumedRole(role: String, session: String, id: String, account: String)
    /// One of our own services acting on a user's behalf: `codedeploy.amazonaws.com`.
    case service(String)
}
