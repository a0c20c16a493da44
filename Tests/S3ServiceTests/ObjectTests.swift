internal import Model
internal import S3API
internal import Store
internal import Testing
internal import WireProtocol

@testable internal import S3Service

struct ObjectTests {
    @Test func aServiceInsideReadsWhatItWrote() async throws {
        try await ObjectStoreFixture.with { fixture in
            try await fixture.put("a/b", "hello")
            #expect(try await fixture.text("a/b") == "hello")
            let head = try await fixture.aws.call(S3.HeadObject.self, .init(bucket: "things", key: "a/b"))
            #expect(head.contentLength == 5 && head.eTag == "\"5d41402abc4b2a76b9719d911017c592\"")
            await #expect(throws: AWSError.self) { _ = try await fixture.text("absent") }
        }
    }

    @Test func whatIsReplacedOrDeletedLeavesNoFile() async throws {
        try await ObjectStoreFixture.with { fixture in
            try await fixture.put("k", "one")
            try await fixture.put("k", "two")
            #expect(try fixture.files().count == 1)
            #expect(try await fixture.text("k") == "two")
            _ = try await fixture.aws.call(S3.DeleteObject.self, .init(bucket: "things", key: "k"))
            #expect(try fixture.files().isEmpty)
        }
    }

    @Test func aFileStaysWhileItIsRead() async throws {
        try await ObjectStoreFixture.with { fixture in
            try await fixture.put("k", "one")
            let name = try #require(try fixture.files().first)
            fixture.handlers.files.hold([name])
            try await fixture.put("k", "two")
            #expect(try fixture.files().count == 2)
            fixture.handlers.files.release([name])
            #expect(try fixture.files().count == 1)
        }
    }

    /// A crash leaves files that the store knows nothing of; files that are not named as ours stay.
    @Test func theNextStartRemovesWhatIsNobodys() async throws {
        try await ObjectStoreFixture.with { fixture in
            try await fixture.put("k", "kept")
            try fixture.write(file: "0123456789abcdef0123456789abcdef")
            try fixture.write(file: "README")
            let next = fixture.restarted()
            try await next.handlers.files.sweep(next.store.read { try $0.objectFileNames() })
            #expect(try fixture.files().count == 2)
            #expect(try fixture.files().contains("README"))
            #expect(try await next.text("k") == "kept")
        }
    }

    @Test func aFileThatIsStillWithoutAnOwnerIsNotSwept() async throws {
        try await ObjectStoreFixture.with { fixture in
            let value = try await fixture.handlers.files.keep(PayloadReader(ByteSource([1, 2, 3]))) { written in
                try await fixture.handlers.files.sweep([])
                #expect(try fixture.files() == [written.name])
                return (written.summary.size, [])
            }
            #expect(value == 3)
        }
    }

    @Test func aPageEndsWithinACommonPrefixAndGoesOnBehindIt() async throws {
        try await ObjectStoreFixture.with { fixture in
            for key in ["a", "b/1", "b/2", "b/ÿ", "c", "d/1"] { try await fixture.put(key) }
            let pages = try await fixture.store.read { snapshot in
                var found: [[String]] = []
                var after: String?
                repeat {
                    let page = try KeyListing(
                        .init(bucket: "things", prefix: "", delimiter: "/", after: after, limit: 2), of: snapshot)
                    found.append(page.objects.map(\.key) + page.commonPrefixes)
                    after = page.next
                } while after != nil
                return found
            }
            #expect(pages == [["a", "b/"], ["c", "d/"]])
        }
    }
}

struct ConditionTests {
    private let modified = Timestamp(milliseconds: 1_000_500)

    @Test func tagsWinOverDates() {
        let later = Timestamp(milliseconds: 2_000_000)
        let earlier = Timestamp(milliseconds: 500_000)
        let verdict = { (conditions: Conditions) in conditions.verdict(etag: "\"x\"", modifiedAt: self.modified) }
        #expect(verdict(Conditions()) == .hold)
        #expect(verdict(Conditions(ifMatch: "\"x\"", ifUnmodifiedSince: earlier)) == .hold)
        #expect(verdict(Conditions(ifMatch: "\"y\", W/\"x\"")) == .hold)
        #expect(verdict(Conditions(ifMatch: "y")) == .failed("If-Match"))
        #expect(verdict(Conditions(ifUnmodifiedSince: earlier)) == .failed("If-Unmodified-Since"))
        #expect(verdict(Conditions(ifNoneMatch: "*")) == .notModified)
        #expect(verdict(Conditions(ifNoneMatch: "y", ifModifiedSince: later)) == .hold)
        #expect(verdict(Conditions(ifModifiedSince: later)) == .notModified)
        #expect(verdict(Conditions(ifModifiedSince: earlier)) == .hold)
        // The fraction of a second is not in the header.
        #expect(verdict(Conditions(ifModifiedSince: Timestamp(milliseconds: 1_000_000))) == .notModified)
    }
}
