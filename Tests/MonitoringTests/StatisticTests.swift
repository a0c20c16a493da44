internal import Model
internal import Monitoring
internal import Testing

struct StatisticTests {
    /// 1 to 100, each once.
    private static let hundred = MetricAggregate(values: (1...100).map { .init(value: Double($0), count: 1) })

    @Test(
        arguments: [
            ("SampleCount", 100.0), ("Sum", 5050), ("Average", 50.5), ("Minimum", 1), ("Maximum", 100), ("p50", 50),
            ("p99", 99), ("p99.9", 100), ("p100", 100), ("p1", 1), ("tm90", 45.5), ("TM(10%:90%)", 50.5), ("IQM", 50.5),
            ("tc90", 90), ("ts90", 4095), ("TC(:10)", 10), ("TC(10:)", 90), ("TS(98:)", 199), ("PR(:25)", 25),
            ("PR(90:95)", 5), ("wm98", 50.47), ("WM(:98)", 50.47),
        ])
    func isComputed(text: String, expected: Double) throws {
        let aggregate = try #require(Self.hundred)
        let value = try #require(Statistic(text)?.value(of: aggregate))
        #expect(abs(value - expected) < 1e-9, "\(value)")
    }

    @Test(arguments: [
        "", "average", "p", "p0", "p101", "p1.2.3", "px", "tm", "TM()", "TM(:)", "TM(90%:10%)", "TM(10%:90)",
        "PR(10%:20%)",
        "SELECT", "p-1", "p 99", "TM(10%:90%", "TM(nan:1)",
    ])
    func nothingElseIsOne(text: String) {
        #expect(Statistic(text) == nil)
    }

    @Test func countsWeigh() throws {
        let aggregate = try #require(MetricAggregate(values: [.init(value: 1, count: 98), .init(value: 50, count: 2)]))
        #expect(Statistic.percentile(98).value(of: aggregate) == 1)
        #expect(Statistic.percentile(99).value(of: aggregate) == 50)
        #expect(Statistic.average.value(of: aggregate) == 1.98)
    }

    @Test func percentilesNeedTheValues() throws {
        let set = MetricAggregate(statisticSet: 3, sum: 123, minimum: 12, maximum: 100)
        #expect(Statistic.percentile(50).value(of: set) == nil)
        #expect(Statistic.average.value(of: set) == 41)
        let single = MetricAggregate(statisticSet: 1, sum: 7, minimum: 7, maximum: 7)
        #expect(Statistic.percentile(50).value(of: single) == 7)
        let negative = try #require(MetricAggregate(values: [.init(value: -1, count: 1)]))
        #expect(Statistic.percentile(50).value(of: negative) == nil)
    }

    @Test func mergingIsAddition() throws {
        var left = try #require(MetricAggregate(values: [.init(value: 1, count: 1), .init(value: 3, count: 2)]))
        left.merge(try #require(MetricAggregate(values: [.init(value: 3, count: 1), .init(value: 9, count: 1)])))
        #expect(left.count == 5 && left.sum == 19 && left.minimum == 1 && left.maximum == 9)
        #expect(
            left.distribution?.buckets
                == [.init(value: 1, count: 1), .init(value: 3, count: 3), .init(value: 9, count: 1)])
    }

    @Test func manyValuesKeepTheirPercentilesRoughly() throws {
        let aggregate = try #require(
            MetricAggregate(values: (1...20_000).map { .init(value: Double($0) / 1000, count: 1) }))
        let distribution = try #require(aggregate.distribution)
        #expect(distribution.buckets.count <= ValueDistribution.capacity)
        #expect(distribution.count == 20_000)
        let median = try #require(Statistic.percentile(50).value(of: aggregate))
        #expect(abs(median - 10) / 10 < 0.06, "\(median)")
    }

    @Test func nothingCountedIsNothing() {
        #expect(MetricAggregate(values: []) == nil)
        #expect(MetricAggregate(values: [.init(value: 5, count: 0)]) == nil)
    }
}
