import Testing
import TrafficRouting

@Suite struct WeightedRotationTests {
    @Test(arguments: [[90, 10], [1, 0], [50, 50], [33, 33, 34], [999, 1], [0, 7, 3]])
    func everyRoundHoldsEachEntryExactlyByItsWeight(weights: [Int]) {
        var rotation = WeightedRotation(weights: weights)
        let total = weights.reduce(0, +)
        for _ in 0..<3 {
            var counts = Array(repeating: 0, count: weights.count)
            for _ in 0..<total { if let index = rotation.next() { counts[index] += 1 } }
            #expect(counts == weights)
        }
    }

    @Test func noWindowStraysFromTheShare() {
        var rotation = WeightedRotation(weights: [90, 10])
        var light = 0
        for number in 1...1000 {
            if rotation.next() == 1 { light += 1 }
            #expect(abs(Double(light) - Double(number) / 10) <= 1)
        }
    }

    @Test func choosesNothingWhereAllWeightsAreZero() {
        var rotation = WeightedRotation(weights: [0, 0])
        #expect(rotation.next() == nil)
    }
}
