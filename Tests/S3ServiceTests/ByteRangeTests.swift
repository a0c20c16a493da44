internal import Testing

@testable internal import S3Service

struct ByteRangeTests {
    @Test(arguments: [
        ("bytes=0-0", 10, 0..<1), ("bytes=2-", 10, 2..<10), ("bytes=-3", 10, 7..<10), ("bytes=-30", 10, 0..<10),
        ("bytes=5-99", 10, 5..<10),
    ])
    func aRangeIsCutToTheObject(header: String, size: Int, expected: Range<Int>) {
        #expect(ByteRange.read(header, size: size) == .part(expected))
    }

    @Test(arguments: ["bytes=10-", "bytes=10-20", "bytes=-0"])
    func aRangeBehindTheEndCannotBeServed(header: String) {
        #expect(ByteRange.read(header, size: 10) == .unsatisfiable)
    }

    @Test(arguments: [nil, "items=0-1", "bytes=", "bytes=a-b", "bytes=5-2", "bytes=0-1,4-5", "bytes=--1"])
    func whatIsNoRangeMeansAll(header: String?) {
        #expect(ByteRange.read(header, size: 10) == .whole)
    }

    @Test func nothingOfAnEmptyObjectCanBeServed() {
        #expect(ByteRange.read("bytes=0-", size: 0) == .unsatisfiable)
        #expect(ByteRange.read("bytes=-1", size: 0) == .unsatisfiable)
    }
}
