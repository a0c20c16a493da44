import Foundation
import FunctionRuntime
import LambdaAPI
import Model
import Testing
import WireProtocol

@testable import LambdaService

struct CodeCollectionTests {
    private static func source(_ word: String) -> [String: String] {
        ["index.py": "def handler(event, context):\n    return '\(word)'\n"]
    }

    private static func codes(_ lambda: LambdaFixture) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: lambda.root + "/functions").filter { !$0.hasPrefix(".") }
    }

    @Test func updateAndDeletionRemoveWhatNoVersionRefersTo() async throws {
        try await LambdaFixture.with(isRunning: false) { lambda in
            let collector = lambda.handlers.collector
            try await lambda.create()
            _ = try await lambda.aws.call(Lambda.PublishVersion.self, .init(functionName: "hook"))
            for word in ["two", "three"] {
                _ = try await lambda.aws.call(
                    Lambda.UpdateFunctionCode.self,
                    .init(functionName: "hook", zipFile: try LambdaFixture.zip(Self.source(word))))
            }
            #expect(try Self.codes(lambda).count == 3)
            try await collector.collect()
            // Version 1 and $LATEST.
            #expect(try Self.codes(lambda).count == 2)
            try await lambda.create("other")
            _ = try await lambda.aws.call(Lambda.DeleteFunction.self, .init(functionName: "hook"))
            try await collector.collect()
            // The same archive as version 1 had.
            #expect(try Self.codes(lambda).count == 1)
            _ = try await lambda.aws.call(Lambda.DeleteFunction.self, .init(functionName: "other"))
            try await collector.collect()
            #expect(try Self.codes(lambda) == [])
        }
    }

    @Test func whatACrashLeftHalfDoneGoes() async throws {
        try await LambdaFixture.with(isRunning: false) { lambda in
            let folder = lambda.root + "/functions"
            let left = "." + String(repeating: "a", count: 64) + ".12345678"
            for name in [left, "notes", ".environments"] {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/\(name)/task", withIntermediateDirectories: true)
            }
            try await lambda.handlers.collector.collect()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [".environments", "notes"])
        }
    }

    @Test func heldCodeStaysUntilItIsFree() async throws {
        try await LambdaFixture.with(isRunning: false) { lambda in
            try await lambda.create()
            let sha = try #require(try Self.codes(lambda).first)
            let held: Bool? = try await lambda.handlers.codes.holding(sha) {
                _ = try await lambda.aws.call(Lambda.DeleteFunction.self, .init(functionName: "hook"))
                try await lambda.handlers.collector.collect()
                return try Self.codes(lambda) == [sha]
            }
            #expect(held == true)
            for await _ in lambda.handlers.codes.releases { break }
            try await lambda.handlers.collector.collect()
            #expect(try Self.codes(lambda) == [])
        }
    }
}

struct CodeLinkTests {
    private let links = CodeLinks(secret: "secret")
    private let start = LambdaFixture.start

    private func verdict(_ address: String, _ links: CodeLinks, after: Duration = .zero) -> CodeLinks.Verdict {
        let parts = address.split(separator: "?", maxSplits: 1).map(String.init)
        return links.verify(path: parts[0], query: parts.count == 2 ? parts[1] : "", at: self.start + after)
    }

    @Test func addressIsGoodForTenMinutes() {
        let address = self.links.path(of: "abc", at: self.start)
        #expect(self.verdict(address, self.links) == .code(sha: "abc"))
        #expect(self.verdict(address, self.links, after: .minutes(10)) == .code(sha: "abc"))
        #expect(self.verdict(address, self.links, after: .minutes(10) + .seconds(1)) == .expired)
    }

    @Test func addressOutlivesARestartButNotAnotherSecret() {
        let address = self.links.path(of: "abc", at: self.start)
        #expect(self.verdict(address, CodeLinks(secret: "secret")) == .code(sha: "abc"))
        #expect(self.verdict(address, CodeLinks(secret: "other")) == .invalid)
    }

    @Test func changedAddressIsInvalid() {
        let address = self.links.path(of: "abc", at: self.start)
        let changed = [
            address.replacingOccurrences(of: "abc", with: "abd"),
            address.replacingOccurrences(of: "Expires=1", with: "Expires=2"), address + "0", address + "x",
            String(address.prefix { $0 != "?" }), address.replacingOccurrences(of: ".zip", with: ""),
        ]
        for address in changed { #expect(self.verdict(address, self.links) == .invalid, "\(address)") }
    }

    @Test func getFunctionGivesAnAddressThatServesTheArchive() async throws {
        try await LambdaFixture.with(clock: ManualClock(Self.now), isRunning: false) { lambda in
            try await lambda.create()
            let read = try await lambda.aws.call(Lambda.GetFunction.self, .init(functionName: "hook"))
            #expect(read.code?.repositoryType == "S3")
            let address = try #require(read.code?.location)
            #expect(address.hasPrefix("http://127.0.0.1:4566/_teal/functions/"))
            let parts = address.dropFirst("http://127.0.0.1:4566".count).split(separator: "?").map(String.init)
            guard
                case .archive(let archive) = try await lambda.handlers.codePage.answer(path: parts[0], query: parts[1])
            else {
                Issue.record("no archive")
                return
            }
            #expect(archive.count == read.configuration?.codeSize)
        }
    }

    private static let now = LambdaFixture.start
}
