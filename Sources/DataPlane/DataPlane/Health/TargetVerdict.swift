internal import Model
internal import TrafficRouting

/// The health of one registration of a target.
struct TargetVerdict: Equatable, Sendable {
    var health: TargetHealth
    var registeredAt: Timestamp?
}

extension [TargetKey: TargetVerdict] {
    /// What is known of this registration; that of an earlier one at the same address does not count.
    func health(of key: TargetKey, registeredAt: Timestamp?) -> TargetHealth? {
        guard let verdict = self[key], verdict.registeredAt == registeredAt else { return nil }
        return verdict.health
    }
}
