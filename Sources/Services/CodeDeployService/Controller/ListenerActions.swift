internal import DeploymentEngine
internal import ELBv2API
internal import ListenerRouting

extension ELBv2.Rule {
    func forwards(to pair: CodeDeployDeployment.TargetGroupPair) -> Bool {
        let weights = self.forwardWeights
        return weights[pair.first.rawValue] != nil || weights[pair.second.rawValue] != nil
    }

    /// ARNs of the other groups that it forwards to, in order.
    func groups(besides pair: CodeDeployDeployment.TargetGroupPair) -> [String] {
        self.forwardWeights.keys.filter { $0 != pair.first.rawValue && $0 != pair.second.rawValue }.sorted()
    }
}

extension [ELBv2.Rule] {
    /// The rules of a production listener that a deployment rewrites.
    func production(of pair: CodeDeployDeployment.TargetGroupPair) -> [ELBv2.Rule] {
        self.filter { $0.forwards(to: pair) }
    }

    /// The same of a test listener; where none forwards to the pair, its default rule is led there.
    func test(of pair: CodeDeployDeployment.TargetGroupPair) -> [ELBv2.Rule] {
        let forwarding = self.filter { $0.forwards(to: pair) }
        return forwarding.isEmpty ? self.filter { $0.isDefault == true } : forwarding
    }
}
