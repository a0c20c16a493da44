internal import Model
internal import Synchronization
internal import Testing

final class ParsedTextsTests {
    private struct Unreadable: Error {}

    private let reads = Mutex(0)

    private func number(_ text: String, in texts: ParsedTexts) throws -> Int {
        try texts.value(of: text) { text in
            self.reads.withLock { $0 += 1 }
            guard let number = Int(text) else { throw Unreadable() }
            return number
        }
    }

    @Test func aTextIsReadOnce() throws {
        let texts = ParsedTexts()
        #expect(try self.number("7", in: texts) == 7)
        #expect(try self.number("7", in: texts) == 7)
        #expect(try self.number("8", in: texts) == 8)
        #expect(self.reads.withLock { $0 } == 2)
    }

    @Test func theSameTextIsReadForEachType() throws {
        let texts = ParsedTexts()
        #expect(try self.number("7", in: texts) == 7)
        #expect(texts.value(of: "7") { Double($0) } == 7)
    }

    @Test func whatCannotBeReadIsNotKept() {
        let texts = ParsedTexts()
        for _ in 0..<2 { #expect(throws: Unreadable.self) { try self.number("seven", in: texts) } }
        #expect(self.reads.withLock { $0 } == 2)
    }

    @Test func longTextsAreReadEachTime() throws {
        let texts = ParsedTexts(longest: 2)
        for _ in 0..<2 { #expect(try self.number("700", in: texts) == 700) }
        #expect(self.reads.withLock { $0 } == 2)
    }

    @Test func whatIsAskedForStaysAndTheRestGoes() throws {
        let texts = ParsedTexts(capacity: 4)
        _ = try self.number("0", in: texts)
        _ = try self.number("-1", in: texts)
        for next in 1...20 {
            _ = try self.number(String(next), in: texts)
            _ = try self.number("0", in: texts)
        }
        #expect(self.reads.withLock { $0 } == 22)
        _ = try self.number("-1", in: texts)
        #expect(self.reads.withLock { $0 } == 23)
    }
}
