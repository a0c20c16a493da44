internal import Model
internal import Testing
internal import WorkloadRuntime

@testable internal import ProcessRuntime

struct OutputReaderTests {
    @Test func anUnfinishedLineIsLeftForLater() {
        let (lines, end) = OutputReader.parse(Array("1000 o hello world\n2000 e par".utf8), at: .start)
        #expect(lines.map(\.text) == ["hello world"])
        #expect(lines.first?.at.milliseconds == 1000)
        #expect(end == OutputPosition(segment: 0, offset: 19))
    }

    @Test func positionsAreReadBack() {
        let position = OutputPosition(segment: 3, offset: 77)
        #expect(OutputPosition(position.logPosition) == position)
        #expect(OutputPosition(.init("nonsense")) == nil)
    }

    @Test func invalidUTF8IsRepaired() {
        let (lines, _) = OutputReader.parse(Array("1 o ".utf8) + [0xff] + Array("x\r\n".utf8), at: .start)
        #expect(lines.map(\.text) == ["\u{fffd}x"])
    }
}
