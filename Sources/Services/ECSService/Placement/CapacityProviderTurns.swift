internal import ECSAPI

/// Hands tasks to the capacity providers of a strategy: first as many as each `base` asks for, then in proportion to the
/// weights (ECS API, `CapacityProviderStrategyItem`).
struct CapacityProviderTurns: Equatable, Sendable {
    private let items: [ECS.CapacityProviderStrategyItem]
    private var counts: [String: Int]

    /// - Parameter counts: tasks that the providers have already.
    init(_ strategy: [ECS.CapacityProviderStrategyItem], counts: [String: Int] = [:]) {
        self.items = strategy
        self.counts = counts
    }

    /// The next task's provider; `nil` without a strategy.
    mutating func next() -> String? {
        let lacking = self.items.first { self.count(of: $0) < ($0.base ?? 0) }
        // An omitted weight is 0: such a provider gets its base and no more.
        let weighed = self.items.filter { ($0.weight ?? 0) > 0 }.min { self.load(of: $0) < self.load(of: $1) }
        guard let chosen = (lacking ?? weighed)?.capacityProvider else { return nil }
        self.counts[chosen, default: 0] += 1
        return chosen
    }

    private func count(of item: ECS.CapacityProviderStrategyItem) -> Int { self.counts[item.capacityProvider] ?? 0 }

    /// The provider's share after one more task, in units of its weight.
    private func load(of item: ECS.CapacityProviderStrategyItem) -> Double {
        Double(max(0, self.count(of: item) - (item.base ?? 0)) + 1) / Double(item.weight ?? 1)
    }
}
