internal import Testing

@testable internal import WireProtocol

/// The examples of RFC 8949, appendix A, as far as AWS's protocol has them.
struct CBORTests {
    private static func bytes(_ hex: String) -> [UInt8] {
        var rest = Substring(hex)
        var bytes: [UInt8] = []
        while let byte = UInt8(rest.prefix(2), radix: 16), rest.count >= 2 {
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    @Test(
        arguments: [
            ("00", .integer(0)), ("17", .integer(23)), ("1818", .integer(24)), ("1903e8", .integer(1000)),
            ("1a000f4240", .integer(1_000_000)),
            ("1b000000e8d4a51000", .integer(1_000_000_000_000)), ("20", .integer(-1)), ("3903e7", .integer(-1000)),
            ("f4", .boolean(false)),
            ("f5", .boolean(true)), ("f6", .null), ("fb3ff199999999999a", .double(1.1)),
            ("4401020304", .bytes([1, 2, 3, 4])), ("60", .text("")),
            ("62c3bc", .text("\u{fc}")), ("80", .array([])),
            ("83010203", .array([.integer(1), .integer(2), .integer(3)])),
            (
                "a26161016162820203",
                .map([.init(key: "a", value: .integer(1)), .init(key: "b", value: .array([.integer(2), .integer(3)]))])
            ),
            ("c1fb41d452d9e8000000", .tagged(1, .double(1_363_896_224))), ("1b7fffffffffffffff", .integer(.max)),
            ("3b7fffffffffffffff", .integer(.min)),
        ] as [(String, CBORValue)])
    func writesWhatItReads(hex: String, value: CBORValue) throws {
        #expect(try CBORValue(parsing: Self.bytes(hex)) == value)
        #expect(value.encoded == Self.bytes(hex))
    }

    @Test(
        arguments: [
            ("f93c00", .double(1)), ("fa47c35000", .double(100_000)), ("f7", .null),
            ("9f0102ff", .array([.integer(1), .integer(2)])),
            (
                "bf61610161629f0203ffff",
                .map([.init(key: "a", value: .integer(1)), .init(key: "b", value: .array([.integer(2), .integer(3)]))])
            ),
            ("7f657374726561646d696e67ff", .text("streaming")), ("5f42010243030405ff", .bytes([1, 2, 3, 4, 5])),
            ("1800", .integer(0)),
        ] as [(String, CBORValue)])
    func readsLongerForms(hex: String, value: CBORValue) throws {
        #expect(try CBORValue(parsing: Self.bytes(hex)) == value)
    }

    @Test(arguments: [
        "", "18", "1903", "62c3", "61ff", "8301", "a161", "a10101", "ff", "9f01", "bf6161ff", "7f01ff", "5f6161ff",
        "1c", "f8", "f0", "df01",
        "1bffffffffffffffff", "3bffffffffffffffff", "5bffffffffffffffff", "9bffffffffffffffff", "0000", "c1",
    ])
    func refusesWhatIsNoItem(hex: String) {
        #expect(throws: CBORSyntaxError.self) { try CBORValue(parsing: Self.bytes(hex)) }
    }

    @Test func boundsNesting() {
        #expect(throws: CBORSyntaxError.self) { try CBORValue(parsing: Array(repeating: 0x81, count: 100_000)) }
        #expect(throws: CBORSyntaxError.self) { try CBORValue(parsing: Array(repeating: 0xC1, count: 100_000)) }
    }

    @Test func boundsTheNumberOfItems() {
        let head: [UInt8] = [0x9A, 0x00, 0x1E, 0x84, 0x80]
        #expect(throws: CBORSyntaxError.self) {
            try CBORValue(parsing: head + Array(repeating: 0xF6, count: 2_000_000))
        }
    }

    @Test func everyCutIsRefused() throws {
        let whole = CBORValue.map([
            .init(key: "Namespace", value: .text("app")), .init(key: "At", value: .tagged(1, .double(1.5))),
            .init(key: "Data", value: .array([.bytes([1, 2]), .integer(-70_000), .null, .boolean(true)])),
        ]).encoded
        for length in 0..<whole.count {
            #expect(throws: CBORSyntaxError.self, "\(length) bytes") {
                try CBORValue(parsing: Array(whole.prefix(length)))
            }
        }
    }

    @Test func aWholeNumberMayComeAsADouble() throws {
        #expect(try CBORBinding.value(.double(60), as: .integer(nil)) == .integer(60))
        #expect(throws: WrongType.self) { try CBORBinding.value(.double(60.5), as: .integer(nil)) }
        #expect(throws: WrongType.self) { try CBORBinding.value(.double(.infinity), as: .integer(nil)) }
    }

    @Test func anotherTypeNamesItsMember() {
        let schema = Schema.structure(
            StructureSchema(
                "S",
                members: [
                    MemberSchema(
                        "Tags",
                        .list(
                            ListSchema(of: .structure(StructureSchema("T", members: [MemberSchema("Key", .anyString)])))
                        ))
                ]))
        let value = CBORValue.map([.init(key: "Tags", value: .array([.map([.init(key: "Key", value: .integer(1))])]))])
        #expect {
            _ = try CBORBinding.value(value, as: schema)
        } throws: { error in
            (error as? WrongType)?.path == ["Tags", "1", "Key"]
        }
    }
}
