internal import DeploymentEngine
internal import ELBv2API

/// Verdicts of target groups by target, as `DescribeTargetHealth` answered them.
struct TargetHealthTable {
    private struct Key: Hashable {
        let group: String
        let id: String
        let port: Int
    }

    private var states: [Key: ELBv2.TargetHealth] = [:]

    mutating func add(_ description: ELBv2.TargetHealthDescription, of group: String) {
        guard let target = description.target, let health = description.targetHealth else { return }
        self.states[Key(group: group, id: target.id, port: target.port ?? 0)] = health
    }

    func state(of group: String, id: String, port: Int) -> ELBv2.TargetHealth? {
        self.states[Key(group: group, id: id, port: port)]
    }

    /// What the target group says of one target.
    func verdict(of group: String, id: String, port: Int) -> ObservedTask.TargetVerdict {
        guard let health = self.state(of: group, id: id, port: port) else { return .pending }
        switch health.state {
        case .healthy: return .healthy
        case .unhealthy:
            return .unhealthy(
                targetGroup: group, port: port,
                reason: health.description ?? health.reason?.rawValue ?? "Health checks failed")
        case .initial, .unused, .draining, .unhealthyDraining, .unavailable, .unknown, nil: return .pending
        }
    }
}
