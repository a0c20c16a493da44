/// How a target group keeps a client with one target (target group attributes `stickiness.*`, where enabled).
package enum TargetStickiness: Equatable, Sendable, Codable {
    /// `lb_cookie`: the load balancer's own cookie, renewed with every answer.
    case loadBalancerCookie(duration: Duration)
    /// `app_cookie`: begins when the target sets the cookie of this name, and asks for that cookie in every request.
    case applicationCookie(name: String, duration: Duration)

    /// How long a client stays with its target after an answer that binds it.
    package var duration: Duration {
        switch self {
        case .loadBalancerCookie(let duration), .applicationCookie(_, let duration): duration
        }
    }
}

/// The cookies of the load balancer (Application Load Balancers guide, sticky sessions).
package enum StickyCookie: String, CaseIterable, Sendable {
    case target = "AWSALB"
    case applicationTarget = "AWSALBAPP-0"
    case targetGroup = "AWSALBTG"

    /// The cookie's twin for requests from other origins: the same value, and `SameSite=None; Secure`.
    package var crossOriginName: String? {
        switch self {
        case .target: "AWSALBCORS"
        case .targetGroup: "AWSALBTGCORS"
        case .applicationTarget: nil
        }
    }

    /// What a browser may keep it for. The binding inside ends on its own, mostly sooner.
    package static let browserLifetime = Duration.seconds(7 * 86_400)

    /// Whether an application's cookie may not have this name (`stickiness.app_cookie.cookie_name`).
    package static func isReserved(_ name: String) -> Bool { name.uppercased().hasPrefix("AWSALB") }

    /// The header lines that set it, each with its line end.
    ///
    /// - Parameter expires: an HTTP date.
    package func headerLines(value: String, expires: String) -> String {
        let line = "Set-Cookie: \(self.rawValue)=\(value); Expires=\(expires); Path=/\r\n"
        guard let twin = self.crossOriginName else { return line }
        return line + "Set-Cookie: \(twin)=\(value); Expires=\(expires); Path=/; SameSite=None; Secure\r\n"
    }
}
