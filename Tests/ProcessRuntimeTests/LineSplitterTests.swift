internal import Testing

@testable internal import ProcessRuntime

struct LineSplitterTests {
    private func lines(of chunks: [String]) -> [String] {
        var splitter = LineSplitter()
        var lines: [String] = []
        for chunk in chunks { splitter.append(Array(chunk.utf8)) { lines.append(String(decoding: $0, as: UTF8.self)) } }
        splitter.finish { lines.append(String(decoding: $0, as: UTF8.self)) }
        return lines
    }

    @Test func linesAreCutAtTheirEnds() {
        #expect(self.lines(of: ["one\ntwo\n\nthree"]) == ["one", "two", "", "three"])
    }

    @Test func aLineMayComeInPieces() {
        #expect(self.lines(of: ["o", "ne\ntw", "o", "\n"]) == ["one", "two"])
    }

    @Test(arguments: [1, 1000, 32767, 32768, 32769, 100_000])
    func aLongLineIsPassedOnInBoundedPieces(length: Int) {
        let line = String(repeating: "x", count: length)
        let pieces = self.lines(of: [line, "\nend\n"])
        #expect(pieces.last == "end")
        #expect(pieces.dropLast().joined() == line)
        #expect(pieces.allSatisfy { $0.utf8.count <= LineSplitter.limit })
    }
}
