/// Which targets of a group take requests now (elbv2 guide, target group health: unhealthy state routing).
package struct TargetEligibility: Equatable, Sendable {
    /// Indices of the targets given.
    package let eligible: [Int]
    /// Too few targets are healthy, so all registered ones take requests.
    package let failsOpen: Bool

    /// `targets` with their health. A draining target is never eligible; an `initial` one counts as not healthy.
    package init(_ targets: [(state: Target.State, health: TargetHealth)], _ attributes: TargetGroupAttributes) {
        let registered = targets.indices.filter { targets[$0].state == .registered }
        let healthy = registered.filter { targets[$0].health == .healthy }
        let belowCount = healthy.count < attributes.minimumHealthyCount
        let belowPercentage =
            attributes.minimumHealthyPercentage.map { healthy.count * 100 < $0 * registered.count } ?? false
        self.failsOpen = healthy.isEmpty || belowCount || belowPercentage
        self.eligible = self.failsOpen ? registered : healthy
    }
}
