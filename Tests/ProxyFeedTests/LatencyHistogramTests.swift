import Foundation
import Testing

@testable import ProxyFeed

struct LatencyHistogramTests {
    @Test(arguments: [0, 1, 31, 32, 33, 63, 64, 999, 1_000_000, 123_456_789, 4_294_967_295] as [UInt64])
    func aBucketIsAtMostASixteenthWide(microseconds: UInt64) throws {
        var histogram = LatencyHistogram()
        histogram.record(microseconds: microseconds)
        let value = try #require(histogram.values.first)
        #expect(abs(value.microseconds - Double(microseconds)) <= Double(microseconds) / 32)
        #expect(value.count == 1)
        #expect(histogram.sumMicroseconds == microseconds)
    }

    @Test func valuesAscendAndTheLongestIsKept() {
        var histogram = LatencyHistogram()
        for exponent in 0..<64 { histogram.record(microseconds: 1 << UInt64(exponent)) }
        let values = histogram.values
        #expect(values.map(\.microseconds) == values.map(\.microseconds).sorted())
        #expect(histogram.count == 64)
    }

    @Test func differencesAndSumsAreThoseOfTheirRecords() {
        var early = LatencyHistogram()
        early.record(microseconds: 100)
        var late = early
        late.record(microseconds: 100)
        late.record(microseconds: 5000)
        let change = late.since(early)
        #expect(change.count == 2)
        #expect(change.sumMicroseconds == 5100)
        #expect(early.since(LatencyHistogram()) == early)
        var sum = early
        sum.add(change)
        #expect(sum == late)
        var fromNothing = LatencyHistogram()
        fromNothing.add(late)
        #expect(fromNothing == late)
    }

    @Test func onlyFilledBucketsTravel() throws {
        var histogram = LatencyHistogram()
        histogram.record(microseconds: 250)
        histogram.record(microseconds: 250)
        let data = try JSONEncoder().encode(histogram)
        #expect(data.count < 60)
        #expect(try JSONDecoder().decode(LatencyHistogram.self, from: data) == histogram)
        let empty = try JSONEncoder().encode(LatencyHistogram())
        #expect(try JSONDecoder().decode(LatencyHistogram.self, from: empty) == LatencyHistogram())
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(LatencyHistogram.self, from: Data(#"{"buckets":[464,1],"sum":1}"#.utf8))
        }
    }
}
