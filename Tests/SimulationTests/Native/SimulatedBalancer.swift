/// Where a load balancer sends the traffic of one service, in tenths of a percent. Both groups stand in both rules.
struct SimulatedBalancer {
    enum Group: CaseIterable {
        case first
        case second

        var other: Group { self == .first ? .second : .first }
    }

    typealias Weights = [Group: Int]

    static let whole: Weights = [.first: 1000, .second: 0]

    /// What is written into the rules. What the proxy serves follows.
    var production = Self.whole
    var servedProduction = Self.whole
    var test = Self.whole
    var servedTest = Self.whole

    static func all(to group: Group) -> Weights { [group: 1000, group.other: 0] }
}
