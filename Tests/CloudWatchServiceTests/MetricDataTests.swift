internal import CloudWatchAPI
internal import Model
internal import Monitoring
internal import Store
internal import Testing
internal import WireProtocol

@testable internal import CloudWatchService

struct MetricDataTests {
    private func sums(_ fixture: CloudWatchFixture, hoursBack: Int = 1, period: Int = 60) async throws -> [Double] {
        try await fixture.aws.call(
            CloudWatch.GetMetricStatistics.self,
            .init(
                namespace: "app", metricName: "m", startTime: fixture.clock.now() - .hours(hoursBack),
                endTime: fixture.clock.now() + .seconds(1), period: period, statistics: [.sum])
        ).datapoints?.compactMap(\.sum) ?? []
    }

    private func refusal(_ datum: CloudWatch.MetricDatum, namespace: String = "app", _ fixture: CloudWatchFixture) async
        -> AWSError?
    {
        do {
            _ = try await fixture.aws.call(
                CloudWatch.PutMetricData.self, .init(namespace: namespace, metricData: [datum]))
            return nil
        } catch {
            return error as? AWSError
        }
    }

    @Test func onlyTealsOwnServicesPublishForAWS() async throws {
        try await CloudWatchFixture.with { fixture in
            let datum = CloudWatch.MetricDatum(metricName: "CPUUtilization", value: 1)
            #expect(await self.refusal(datum, namespace: "AWS/ECS", fixture)?.code == "InvalidParameterValue")
            _ = try await fixture.service.call(
                CloudWatch.PutMetricData.self, .init(namespace: "AWS/ECS", metricData: [datum]))
            let metrics = try await fixture.aws.call(CloudWatch.ListMetrics.self, .init(namespace: "AWS/ECS"))
            #expect(metrics.metrics?.map(\.metricName) == ["CPUUtilization"])
        }
    }

    @Test func brokenDataAreNamed() async throws {
        try await CloudWatchFixture.with { fixture in
            let now = fixture.clock.now()
            let cases: [(CloudWatch.MetricDatum, String, String)] = [
                (
                    .init(metricName: "m", value: .nan), "InvalidParameterValue",
                    "The value NaN for parameter MetricData.member.1.Value is invalid."
                ),
                (
                    .init(metricName: "m", value: .infinity), "InvalidParameterValue",
                    "The value inf for parameter MetricData.member.1.Value is invalid."
                ),
                (.init(metricName: "m", value: 0x1p361), "InvalidParameterValue", "Value is invalid."),
                (.init(metricName: "m"), "MissingParameter", "At least one of the parameters"),
                (
                    .init(metricName: "m", values: [1, 2], counts: [1]), "InvalidParameterValue",
                    "must be of the same size."
                ),
                (
                    .init(metricName: "m", values: Array(repeating: 1, count: 151)), "InvalidParameterValue",
                    "must not have a size greater than 150."
                ),
                (
                    .init(metricName: "m", timestamp: now - .hours(24 * 15), value: 1), "InvalidParameterValue",
                    "within the past two weeks."
                ),
                (
                    .init(metricName: "m", timestamp: now + .hours(3), value: 1), "InvalidParameterValue",
                    "two hours in the future."
                ),
                (
                    .init(
                        metricName: "m", value: 1,
                        statisticValues: .init(sampleCount: 1, sum: 1, minimum: 1, maximum: 1)),
                    "InvalidParameterCombination", "mutually exclusive"
                ),
                (
                    .init(metricName: "m", statisticValues: .init(sampleCount: 1, sum: 1, minimum: 2, maximum: 1)),
                    "InvalidParameterValue", "must be greater than or equal"
                ),
            ]
            for (datum, code, message) in cases {
                let error = await self.refusal(datum, fixture)
                #expect(error?.code == code && error?.message.contains(message) == true, "\(String(describing: error))")
            }
            let kept = try await self.sums(fixture)
            #expect(kept.isEmpty, "nothing of a refused request is kept")
        }
    }

    @Test func dataOfAMinuteAreAggregatedByUnit() async throws {
        try await CloudWatchFixture.with { fixture in
            try await fixture.put(1, unit: .count)
            try await fixture.put(2, unit: .count)
            try await fixture.put(40, unit: .bytes)
            #expect(try await self.sums(fixture).sorted() == [3, 40])
        }
    }

    @Test func dataRollUpAndExpire() async throws {
        try await CloudWatchFixture.with { fixture in
            let retention = try #require(fixture.handlers.services.compactMap { $0 as? CloudWatchRetention }.first)
            for minute in 0..<10 { try await fixture.put(1, minutesAgo: minute) }
            #expect(try await self.sums(fixture).count == 10)
            fixture.clock.advance(by: .hours(16 * 24))
            try await retention.rollUp()
            let rolled = try await self.sums(fixture, hoursBack: 17 * 24, period: 1800)
            #expect(rolled.count <= 2 && rolled.reduce(0, +) == 10)
            fixture.clock.advance(by: .hours(60 * 24))
            try await retention.rollUp()
            let daily = try await self.sums(fixture, hoursBack: 77 * 24, period: 86_400)
            #expect(daily.reduce(0, +) == 10)
            fixture.clock.advance(by: .hours(460 * 24))
            try await retention.rollUp()
            let expired = try await self.sums(fixture, hoursBack: 540 * 24, period: 86_400 * 7)
            #expect(expired.isEmpty)
            let listed = try await fixture.handlers.metrics.read {
                try $0.metrics(region: "us-east-1", namespace: nil, name: nil, receivedSince: .epoch, after: 0)
            }
            #expect(listed.isEmpty, "a metric without data is forgotten")
        }
    }

    @Test func secondsAreKeptForThreeHours() async throws {
        try await CloudWatchFixture.with { fixture in
            let now = fixture.clock.now()
            _ = try await fixture.aws.call(
                CloudWatch.PutMetricData.self,
                .init(
                    namespace: "app",
                    metricData: (0..<5).map {
                        .init(metricName: "m", timestamp: now - .seconds($0), value: 1, storageResolution: 1)
                    }))
            let minutes = try await self.sums(fixture, period: 30)
            #expect(minutes == [4, 1])
            fixture.clock.advance(by: .hours(4))
            let retention = try #require(fixture.handlers.services.compactMap { $0 as? CloudWatchRetention }.first)
            try await retention.rollUp()
            let rolled = try await self.sums(fixture, hoursBack: 5)
            #expect(rolled == [4, 1])
        }
    }

    @Test func pagesOfDataGoOnWhereTheyEnded() async throws {
        try await CloudWatchFixture.with { fixture in
            for minute in 1...5 { try await fixture.put(Double(minute), minutesAgo: minute) }
            func page(_ token: String?) async throws -> CloudWatch.GetMetricDataOutput {
                try await fixture.aws.call(
                    CloudWatch.GetMetricData.self,
                    .init(
                        metricDataQueries: [
                            .init(
                                id: "m",
                                metricStat: .init(
                                    metric: .init(namespace: "app", metricName: "m"), period: 60, stat: "Sum")),
                            .init(id: "twice", expression: "m*2"),
                        ],
                        startTime: fixture.clock.now() - .hours(1), endTime: fixture.clock.now(), nextToken: token,
                        scanBy: .timestampAscending, maxDatapoints: 4))
            }
            var (values, token, pages) = (["m": [Double](), "twice": []], String?.none, 0)
            repeat {
                let output = try await page(token)
                for result in output.metricDataResults ?? [] {
                    values[result.id ?? "", default: []] += result.values ?? []
                }
                (token, pages) = (output.nextToken, pages + 1)
            } while token != nil
            #expect(pages == 3)
            #expect(values == ["m": [5, 4, 3, 2, 1], "twice": [10, 8, 6, 4, 2]])
        }
    }

    @Test func listsPageByPageAndByDimension() async throws {
        try await CloudWatchFixture.with { fixture in
            let data = (0..<700).map {
                CloudWatch.MetricDatum(
                    metricName: "m", dimensions: [.init(name: "n", value: "\($0)"), .init(name: "a", value: "x")],
                    value: 1)
            }
            _ = try await fixture.aws.call(CloudWatch.PutMetricData.self, .init(namespace: "app", metricData: data))
            let first = try await fixture.aws.call(CloudWatch.ListMetrics.self, .init())
            let second = try await fixture.aws.call(CloudWatch.ListMetrics.self, .init(nextToken: first.nextToken))
            #expect(first.metrics?.count == 500 && second.metrics?.count == 200 && second.nextToken == nil)
            let one = try await fixture.aws.call(
                CloudWatch.ListMetrics.self, .init(dimensions: [.init(name: "n", value: "7"), .init(name: "a")]))
            #expect(one.metrics?.count == 1)
            fixture.clock.advance(by: .hours(4))
            let recent = try await fixture.aws.call(CloudWatch.ListMetrics.self, .init(recentlyActive: .pt3h))
            #expect(recent.metrics?.isEmpty == true)
        }
    }
}
