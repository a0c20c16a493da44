import Foundation
import Testing

@testable import FunctionRuntime

struct ZipArchiveTests {
    private static let deflated =
        "UEsDBBQAAAAIAAAAIVz0flspFgAAANAHAAAMAAAAbGliL2RhdGEudHh0K0lNzFEoGSVGiVFilBglRolRYigTAFBLAQIUAxQAAAAIAAAAIVz0flspFgAAANAHAAAMAAAAAAAAAAAAAACggQAAAABsaWIvZGF0YS50eHRQSwUGAAAAAAEAAQA6AAAAQAAAAAAA"

    @Test func inflatesAnEntryAndKeepsItsMode() throws {
        let bytes = try #require(Data(base64Encoded: Self.deflated))
        let archive = try ZipArchive(Array(bytes))
        let entry = try #require(archive.entries.first)
        #expect(entry.path == "lib/data.txt")
        #expect(entry.mode == 0o640)
        #expect(try archive.contents(of: entry) == Array(String(repeating: "teal ", count: 400).utf8))
    }

    @Test func refusesADeflatedEntryThatIsLongerThanDeclared() throws {
        var bytes = Array(try #require(Data(base64Encoded: Self.deflated)))
        let directory = try #require(bytes.indices.dropLast(4).last { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
        bytes[directory + 24] -= 1
        let archive = try ZipArchive(bytes)
        #expect(throws: ZipArchiveError.broken("lib/data.txt")) { try archive.contents(of: archive.entries[0]) }
    }

    @Test(arguments: ["../outside", "/etc/passwd", "a/../../b", "..\\outside", ""])
    func refusesAPathThatLeadsOutOfTheArchive(name: String) {
        let zip = ZipFixture([.init(name: name)]).bytes
        #expect(throws: ZipArchiveError.escapes(name)) { try ZipArchive(zip) }
    }

    @Test func refusesAChangedByte() throws {
        var zip = ZipFixture(files: ["index.py": "print(1)"]).bytes
        zip[30 + "index.py".utf8.count] ^= 1
        let archive = try ZipArchive(zip)
        #expect(throws: ZipArchiveError.broken("index.py")) { try archive.contents(of: archive.entries[0]) }
    }

    @Test func refusesEncryptionAndForeignMethods() throws {
        #expect(throws: ZipArchiveError.self) { try ZipArchive(ZipFixture([.init(name: "a", flags: 1)]).bytes) }
        let archive = try ZipArchive(ZipFixture([.init(name: "a", method: 12)]).bytes)
        #expect(throws: ZipArchiveError.self) { try archive.contents(of: archive.entries[0]) }
    }

    @Test func refusesEveryTruncation() throws {
        let zip = ZipFixture(files: ["a.py": "x", "b.py": "y"]).bytes
        for length in 0..<zip.count {
            #expect(throws: ZipArchiveError.self) { try ZipArchive(Array(zip.prefix(length))) }
        }
    }

    @Test func unpacksFilesFoldersAndLinks() async throws {
        let zip = ZipFixture([
            .init(name: "bin/", unixMode: 0o040755),
            .init(name: "bin/run", contents: Array("#!".utf8), unixMode: 0o100755),
            .init(name: "latest", contents: Array("bin/run".utf8), unixMode: 0o120777),
        ]).bytes
        try await withTemporaryDirectory { root in
            let store = FunctionCodeStore(root: root)
            try await store.keep(zip, sha: "abc") {}
            // A second time it is there already.
            try await store.keep(zip, sha: "abc") {}
            let files = FileManager.default
            #expect(try files.destinationOfSymbolicLink(atPath: store.taskRoot(of: "abc") + "/latest") == "bin/run")
            #expect(files.isExecutableFile(atPath: store.taskRoot(of: "abc") + "/bin/run"))
            #expect(files.contents(atPath: store.archivePath(of: "abc")).map(Array.init) == zip)
        }
    }

    @Test(arguments: ["../../etc", "/etc/passwd", "a/../../b"])
    func refusesALinkThatLeadsOutOfTheArchive(target: String) async throws {
        let zip = ZipFixture([.init(name: "link", contents: Array(target.utf8), unixMode: 0o120777)]).bytes
        try await withTemporaryDirectory { root in
            await #expect(throws: ZipArchiveError.self) {
                try await FunctionCodeStore(root: root).keep(zip, sha: "abc") {}
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: root)
            #expect(left.isEmpty)
        }
    }

    @Test func refusesAnEntryBehindALink() async throws {
        let zip = ZipFixture([
            .init(name: "link", contents: Array("lib".utf8), unixMode: 0o120777),
            .init(name: "link/evil.py", contents: [1]),
        ]).bytes
        try await withTemporaryDirectory { root in
            await #expect(throws: ZipArchiveError.escapes("link/evil.py")) {
                try await FunctionCodeStore(root: root).keep(zip, sha: "abc") {}
            }
        }
    }

    @Test func refusesMoreThanLambdaUnpacks() async throws {
        let zip = ZipFixture([
            .init(name: "bomb", contents: [1], declaredSize: FunctionCodeStore.maximumUnpackedSize + 1)
        ]).bytes
        try await withTemporaryDirectory { root in
            await #expect(throws: FunctionCodeError.tooLarge(unpacked: FunctionCodeStore.maximumUnpackedSize + 1)) {
                try await FunctionCodeStore(root: root).keep(zip, sha: "abc") {}
            }
        }
    }
}
