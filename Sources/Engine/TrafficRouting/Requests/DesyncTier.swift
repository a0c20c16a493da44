/// How safely a request that can be parsed is read alike by everybody (Application Load Balancers guide, desync
/// mitigation mode). What cannot be parsed is refused in every mode, before it gets here.
package enum DesyncTier: Sendable {
    case compliant
    /// Not by the letter, without a known risk: `GetHeadZeroContentLength`, `NonCompliantHeader`.
    case acceptable
    /// Read differently by different servers: `UndefinedContentLengthSemantics`, `UndefinedTransferEncodingSemantics`,
    /// `SuspiciousHeader`.
    case ambiguous
}

extension LoadBalancerAttributes.DesyncMitigation {
    package enum Verdict: Sendable {
        case forward
        /// And close both connections after the answer, so that no other request can be out of step.
        case forwardAndClose
        /// 400, and close.
        case refuse
    }

    package func verdict(on tier: DesyncTier) -> Verdict {
        switch (self, tier) {
        case (.monitor, _), (.defensive, .compliant), (.defensive, .acceptable), (.strictest, .compliant): .forward
        case (.defensive, .ambiguous): .forwardAndClose
        case (.strictest, .acceptable), (.strictest, .ambiguous): .refuse
        }
    }
}
