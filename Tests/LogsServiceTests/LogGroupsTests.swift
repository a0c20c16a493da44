import LogsAPI
import Model
import Testing
import WireProtocol

@testable import LogsService

struct LogGroupsTests {
    @Test func groupsAreShownInOrderPageByPage() async throws {
        try await LogsFixture.with { logs in
            for name in ["b", "a", "C"] { try await logs.makeGroup(name, streams: []) }
            let first = try await logs.aws.call(Logs.DescribeLogGroups.self, .init(limit: 2))
            #expect(first.logGroups?.map(\.logGroupName) == ["C", "a"])
            let second = try await logs.aws.call(
                Logs.DescribeLogGroups.self, .init(nextToken: first.nextToken, limit: 2))
            #expect(second.logGroups?.map(\.logGroupName) == ["b"])
            #expect(second.nextToken == nil)
            let group = try #require(second.logGroups?.first)
            #expect(group.arn == "arn:aws:logs:us-east-1:123456789012:log-group:b:*")
            #expect(group.logGroupArn == "arn:aws:logs:us-east-1:123456789012:log-group:b")
        }
    }

    @Test func aGroupExistsOnce() async throws {
        try await LogsFixture.with { logs in
            try await logs.makeGroup()
            #expect(await logs.code { try await logs.makeGroup(streams: []) } == "ResourceAlreadyExistsException")
            let again = await logs.code {
                _ = try await logs.aws.call(Logs.CreateLogStream.self, .init(logGroupName: "g", logStreamName: "s"))
            }
            #expect(again == "ResourceAlreadyExistsException")
        }
    }

    @Test func regionsAreApart() async throws {
        try await LogsFixture.with { logs in
            try await logs.makeGroup()
            let elsewhere = logs.aws.acting(in: .init(account: "123456789012", region: "eu-west-1"))
            #expect(try await elsewhere.call(Logs.DescribeLogGroups.self, .init()).logGroups == [])
        }
    }

    @Test func deletingAGroupDeletesItsEvents() async throws {
        try await LogsFixture.with { logs in
            try await logs.makeGroup()
            try await logs.put([(0, "a")])
            _ = try await logs.aws.call(Logs.DeleteLogGroup.self, .init(logGroupName: "g"))
            try await logs.makeGroup()
            #expect(try await logs.aws.call(Logs.FilterLogEvents.self, .init(logGroupName: "g")).events == [])
            let missing = await logs.code {
                _ = try await logs.aws.call(Logs.DeleteLogGroup.self, .init(logGroupName: "x"))
            }
            #expect(missing == "ResourceNotFoundException")
        }
    }

    @Test func onlyDocumentedRetentionsAreTaken() async throws {
        try await LogsFixture.with { logs in
            try await logs.makeGroup()
            let odd = await logs.code {
                _ = try await logs.aws.call(Logs.PutRetentionPolicy.self, .init(logGroupName: "g", retentionInDays: 2))
            }
            #expect(odd == "InvalidParameterException")
            _ = try await logs.aws.call(Logs.PutRetentionPolicy.self, .init(logGroupName: "g", retentionInDays: 7))
            #expect(
                try await logs.aws.call(Logs.DescribeLogGroups.self, .init()).logGroups?.first?.retentionInDays == 7)
            _ = try await logs.aws.call(Logs.DeleteRetentionPolicy.self, .init(logGroupName: "g"))
            #expect(
                try await logs.aws.call(Logs.DescribeLogGroups.self, .init()).logGroups?.first?.retentionInDays == nil)
        }
    }

    @Test func bothGenerationsOfTagOperationsSeeTheSameTags() async throws {
        try await LogsFixture.with { logs in
            _ = try await logs.aws.call(Logs.CreateLogGroup.self, .init(logGroupName: "g", tags: ["a": "1"]))
            let arn = "arn:aws:logs:us-east-1:123456789012:log-group:g"
            _ = try await logs.aws.call(Logs.TagResource.self, .init(resourceArn: arn, tags: ["b": "2"]))
            _ = try await logs.aws.call(Logs.TagLogGroup.self, .init(logGroupName: "g", tags: ["c": "3"]))
            _ = try await logs.aws.call(Logs.UntagLogGroup.self, .init(logGroupName: "g", tags: ["a"]))
            #expect(
                try await logs.aws.call(Logs.ListTagsForResource.self, .init(resourceArn: arn)).tags == [
                    "b": "2", "c": "3",
                ])
            _ = try await logs.aws.call(Logs.UntagResource.self, .init(resourceArn: arn + ":*", tagKeys: ["b"]))
            #expect(try await logs.aws.call(Logs.ListTagsLogGroup.self, .init(logGroupName: "g")).tags == ["c": "3"])
        }
    }

    @Test func streamsAreOrderedByNameOrByLastEvent() async throws {
        try await LogsFixture.with { logs in
            try await logs.makeGroup(streams: ["a", "b", "c"])
            try await logs.put([(5, "x")], stream: "a")
            try await logs.put([(1, "x"), (3, "y")], stream: "c")
            let byName = try await logs.aws.call(
                Logs.DescribeLogStreams.self, .init(logGroupName: "g", descending: true))
            #expect(byName.logStreams?.map(\.logStreamName) == ["c", "b", "a"])
            let byTime = try await logs.aws.call(
                Logs.DescribeLogStreams.self, .init(logGroupName: "g", orderBy: .lastEventTime, descending: true))
            #expect(byTime.logStreams?.map(\.logStreamName) == ["a", "c", "b"])
            let clash = await logs.code {
                _ = try await logs.aws.call(
                    Logs.DescribeLogStreams.self,
                    .init(logGroupName: "g", logStreamNamePrefix: "a", orderBy: .lastEventTime))
            }
            #expect(clash == "InvalidParameterException")
        }
    }
}
