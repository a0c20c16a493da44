internal import NIOCore
internal import Testing
internal import WorkloadRuntime

@testable internal import DockerRuntime

struct LogTextTests {
    private static let first = "2026-11-20T10:00:00.000000001Z"

    @Test func linesThatShareATimeStampAreToldApart() {
        var text = LogText(after: nil)
        let lines = text.append(Array("\(Self.first) a\n\(Self.first) b\n".utf8), from: .standardOutput)
        #expect(lines.map(\.text) == ["a", "b"])

        var resumed = LogText(after: lines.first.flatMap { LogPlace($0.position) })
        let rest = resumed.append(Array("\(Self.first) a\n\(Self.first) b\n".utf8), from: .standardOutput)
        #expect(rest.map(\.text) == ["b"])
    }

    @Test func aLineMayComeInPiecesAndWithoutAnEnd() {
        var text = LogText(after: nil)
        #expect(text.append(Array("\(Self.first) he".utf8), from: .standardError).isEmpty)
        #expect(text.append(Array("llo".utf8), from: .standardError).isEmpty)
        let lines = text.finish()
        #expect(lines.map(\.text) == ["hello"])
        #expect(lines.map(\.source) == [.standardError])
    }

    @Test func theEngineIsAskedInSecondsAndNanoseconds() {
        #expect(LogPlace(time: "1970-01-01T00:00:07.5Z", count: 1).since == "7.500000000")
        #expect(LogPlace(time: "1970-01-01T00:00:07Z", count: 1).since == "7.000000000")
    }

    @Test func framesMayComeInPieces() {
        var decoder = FrameDecoder()
        #expect(decoder.append(ByteBuffer(bytes: [2, 0, 0, 0, 0, 0])).isEmpty)
        #expect(decoder.append(ByteBuffer(bytes: [0, 2, 65, 66, 1, 0])) == [.init(isError: true, bytes: [65, 66])])
    }
}
