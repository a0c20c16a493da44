internal import Testing

@testable internal import WireProtocol

struct InflationTests {
    /// `Action=ListMetrics&Version=2010-08-01`, compressed.
    private static let compressed: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x73, 0x4C, 0x2E, 0xC9, 0xCC, 0xCF,
        0xB3, 0xF5, 0xC9, 0x2C, 0x2E, 0xF1, 0x4D, 0x2D, 0x29, 0xCA, 0x4C, 0x2E, 0x56, 0x0B, 0x4B, 0x2D,
        0x2A, 0x06, 0x89, 0x19, 0x19, 0x18, 0x1A, 0xE8, 0x1A, 0x58, 0xE8, 0x1A, 0x18, 0x02, 0x00, 0x4E,
        0x4F, 0x20, 0x8D, 0x25, 0x00, 0x00, 0x00,
    ]

    private static func request(_ body: [UInt8], encoding: String = "gzip", form: Bool = true) -> WireRequest {
        WireRequest(
            method: "POST", target: "/",
            headers: [
                "Content-Encoding": encoding,
                "Content-Type": form ? "application/x-www-form-urlencoded; charset=utf-8" : "application/zip",
            ], body: body)
    }

    @Test func aCompressedFormIsRead() throws {
        let request = try Self.request(Self.compressed).inflated()
        #expect(String(decoding: request.body, as: UTF8.self) == "Action=ListMetrics&Version=2010-08-01")
        #expect(try Self.request(Self.compressed, encoding: "GZIP").inflated().body == request.body)
    }

    @Test func protocolsWithBindingsKeepTheirBodies() throws {
        #expect(try Self.request(Self.compressed, form: false).inflated().body == Self.compressed)
        #expect(try Self.request([1, 2], encoding: "identity").inflated().body == [1, 2])
    }

    @Test func whatIsNotWholeIsRefused() {
        for length in 0..<Self.compressed.count {
            #expect(throws: UnreadableBody.brokenGzip, "\(length) bytes") {
                try Self.request(Array(Self.compressed.prefix(length))).inflated()
            }
        }
        var broken = Self.compressed
        broken[broken.count - 5] ^= 1
        #expect(throws: UnreadableBody.brokenGzip, "the checksum counts") { try Self.request(broken).inflated() }
        #expect(throws: UnreadableBody.brokenGzip) { try Self.request(Self.compressed + [0]).inflated() }
        #expect(throws: UnreadableBody.encoding("br")) { try Self.request([1], encoding: "br").inflated() }
    }
}
