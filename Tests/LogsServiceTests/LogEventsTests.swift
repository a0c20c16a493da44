import Logging
import LogsAPI
import Model
import Testing
import WireProtocol

@testable import LogsService

struct LogEventsTests {
    @Test func newestPageComesFirstAndInAscendingOrder() async throws {
        try await LogsFixture.with { logs in
            try await logs.makeGroup()
            try await logs.put((0..<5).map { ($0, "e\($0)") })
            let newest = try await logs.aws.call(
                Logs.GetLogEvents.self, .init(logGroupName: "g", logStreamName: "s", limit: 2))
            #expect(newest.events?.map(\.message) == ["e3", "e4"])
            let older = try await logs.aws.call(
                Logs.GetLogEvents.self,
                .init(logGroupName: "g", logStreamName: "s", nextToken: newest.nextBackwardToken, limit: 2))
            #expect(older.events?.map(\.message) == ["e1", "e2"])
        }
    }

    @Test func endOfAStreamIsWhereTheTokenComesBack() async throws {
        try await LogsFixture.with { logs in
            try await logs.makeGroup()
            try await logs.put([(0, "a"), (0, "b"), (1, "c")])
            var token: String?
            var seen: [String] = []
            while true {
                let page = try await logs.aws.call(
                    Logs.GetLogEvents.self,
                    .init(logGroupName: "g", logStreamName: "s", nextToken: token, limit: 2, startFromHead: true))
                seen += page.events?.compactMap(\.message) ?? []
                if page.nextForwardToken == token { break }
                token = page.nextForwardToken
            }
            #expect(seen == ["a", "b", "c"])
            // What is written later is found with the same token.
            try await logs.put([(2, "d")])
            let later = try await logs.aws.call(
                Logs.GetLogEvents.self, .init(logGroupName: "g", logStreamName: "s", nextToken: token))
            #expect(later.events?.map(\.message) == ["d"])
        }
    }

    @Test func timesAreInclusiveAndExclusive() async throws {
        try await LogsFixture.with { logs in
            try await logs.makeGroup()
            try await logs.put([(0, "a"), (10, "b"), (20, "c")])
            let start = Int(LogsFixture.start.milliseconds)
            let page = try await logs.aws.call(
                Logs.GetLogEvents.self,
                .init(
                    logGroupIdentifier: "arn:aws:logs:us-east-1:123456789012:log-group:g:*", logStreamName: "s",
                    startTime: start + 10, endTime: start + 20))
            #expect(page.events?.map(\.message) == ["b"])
        }
    }

    @Test func endOfAFilteredRangeBelongsToIt() async throws {
        try await LogsFixture.with { logs in
            try await logs.makeGroup()
            try await logs.put([(0, "a"), (10, "b"), (20, "c"), (21, "d")])
            let start = Int(LogsFixture.start.milliseconds)
            let page = try await logs.aws.call(
                Logs.FilterLogEvents.self, .init(logGroupName: "g", startTime: start + 10, endTime: start + 20))
            #expect(page.events?.map(\.message) == ["b", "c"])
        }
    }

    @Test func readerThatTurnsAtTheBeginningSeesTheFirstEventAgain() async throws {
        try await LogsFixture.with { logs in
            try await logs.makeGroup()
            try await logs.put([(0, "a"), (0, "b")])
            func page(_ token: String?) async throws -> Logs.GetLogEventsResponse {
                try await logs.aws.call(
                    Logs.GetLogEvents.self, .init(logGroupName: "g", logStreamName: "s", nextToken: token))
            }
            let whole = try await page(nil)
            let beginning = try await page(whole.nextBackwardToken)
            #expect(beginning.events == [] && beginning.nextBackwardToken == whole.nextBackwardToken)
            #expect(try await page(beginning.nextForwardToken).events?.map(\.message) == ["a", "b"])
            let end = try await page(whole.nextForwardToken)
            #expect(end.events == [] && end.nextForwardToken == whole.nextForwardToken)
            #expect(try await page(end.nextBackwardToken).events?.map(\.message) == ["a", "b"])
        }
    }

    @Test func filterInterleavesStreamsWithStableIDs() async throws {
        try await LogsFixture.with { logs in
            try await logs.makeGroup(streams: ["s1", "s2", "x"])
            try await logs.put([(0, "a1"), (20, "a3")], stream: "s1")
            try await logs.put([(10, "a2"), (30, "b4")], stream: "s2")
            try await logs.put([(5, "a9")], stream: "x")
            let all = try await logs.aws.call(
                Logs.FilterLogEvents.self, .init(logGroupName: "g", logStreamNamePrefix: "s", filterPattern: "a"))
            #expect(all.events?.map(\.message) == ["a1", "a2", "a3"])
            #expect(all.nextToken == nil)
            let ids = try await self.ids(oneByOne: logs)
            #expect(ids == all.events?.compactMap(\.eventId))
            #expect(Set(ids).count == 3)
        }
    }

    private func ids(oneByOne logs: LogsFixture) async throws -> [String] {
        var input = Logs.FilterLogEventsRequest(
            logGroupName: "g", logStreamNames: ["s1", "s2"], filterPattern: "a", limit: 1)
        var ids: [String] = []
        while true {
            let page = try await logs.aws.call(Logs.FilterLogEvents.self, input)
            ids += page.events?.compactMap(\.eventId) ?? []
            guard let next = page.nextToken else { return ids }
            input.nextToken = next
        }
    }

    @Test func eventsOutsideTheWindowAreNamedAndTheRestIsStored() async throws {
        try await LogsFixture.with { logs in
            try await logs.makeGroup()
            let hour = 3_600_000
            let future = try await logs.put([(0, "now"), (3 * hour, "ahead")])
            #expect(future.rejectedLogEventsInfo == .init(tooNewLogEventStartIndex: 1))
            #expect(future.nextSequenceToken != nil)
            let past = try await logs.put([(-15 * 24 * hour, "old"), (-14 * 24 * hour, "kept")])
            #expect(past.rejectedLogEventsInfo == .init(tooOldLogEventEndIndex: 1))
            _ = try await logs.aws.call(Logs.PutRetentionPolicy.self, .init(logGroupName: "g", retentionInDays: 1))
            let expired = try await logs.put([(-25 * hour, "expired"), (-2 * hour, "kept")])
            #expect(expired.rejectedLogEventsInfo == .init(expiredLogEventEndIndex: 1))
        }
    }

    @Test func unorderedBatchesAreRefused() async throws {
        try await LogsFixture.with { logs in
            try await logs.makeGroup()
            #expect(await logs.code { try await logs.put([(2, "b"), (1, "a")]) } == "InvalidParameterException")
            #expect(
                await logs.code { try await logs.put([(-90_000_000, "a"), (0, "b")]) } == "InvalidParameterException")
            #expect(await logs.code { try await logs.put([(0, "a")], stream: "none") } == "ResourceNotFoundException")
        }
    }

    @Test func retentionDeletesWhatIsTooOld() async throws {
        try await LogsFixture.with { logs in
            try await logs.makeGroup()
            try await logs.put([(0, "a"), (3_600_000, "b")])
            _ = try await logs.aws.call(Logs.PutRetentionPolicy.self, .init(logGroupName: "g", retentionInDays: 3))
            logs.clock.set(LogsFixture.start + .hours(72) + .minutes(30))
            try await RetentionController(store: logs.store, clock: logs.clock, logger: .init(label: "test")).expire()
            let page = try await logs.aws.call(Logs.GetLogEvents.self, .init(logGroupName: "g", logStreamName: "s"))
            #expect(page.events?.map(\.message) == ["b"])
            let groups = try await logs.aws.call(Logs.DescribeLogGroups.self, .init())
            #expect(groups.logGroups?.first?.storedBytes == 27)
        }
    }

    @Test(arguments: ["f/zz", "nonsense", "x/0-0", ""])
    func inventedTokensAreRefused(token: String) async throws {
        try await LogsFixture.with { logs in
            try await logs.makeGroup()
            let code = await logs.code {
                _ = try await logs.aws.call(
                    Logs.GetLogEvents.self, .init(logGroupName: "g", logStreamName: "s", nextToken: token))
            }
            #expect(code == "InvalidParameterException")
        }
    }
}
