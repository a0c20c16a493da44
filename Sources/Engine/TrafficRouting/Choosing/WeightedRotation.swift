/// Chooses between weighted entries so that every window of `sum of weights` choices holds each entry exactly by its
/// weight, and shorter windows as evenly as whole numbers allow (smooth weighted round robin).
package struct WeightedRotation: Equatable, Sendable {
    package private(set) var weights: [Int]
    private var credits: [Int]
    private var total: Int

    package init(weights: [Int]) {
        self.weights = weights
        self.credits = Array(repeating: 0, count: weights.count)
        self.total = weights.reduce(0, +)
    }

    /// The index of the next entry; `nil` where all weights are 0.
    package mutating func next() -> Int? {
        guard self.total > 0 else { return nil }
        var best = -1
        for index in self.weights.indices where self.weights[index] > 0 {
            self.credits[index] += self.weights[index]
            if best < 0 || self.credits[index] > self.credits[best] { best = index }
        }
        self.credits[best] -= self.total
        return best
    }

    /// Goes on from here with other weights of the same entries.
    package mutating func reweigh(_ weights: [Int]) {
        precondition(weights.count == self.weights.count, "other weights of other entries")
        self.weights = weights
        self.total = weights.reduce(0, +)
    }

    /// Moves on by a part of one round, so that several workers that start together do not all choose the same entry
    /// first.
    package mutating func skip(part: Int, of parts: Int) {
        guard parts > 0, self.total > 0 else { return }
        for _ in 0..<(self.total * part / parts) { _ = self.next() }
    }
}
