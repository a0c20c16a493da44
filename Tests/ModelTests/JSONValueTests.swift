internal import Model
internal import Testing

struct JSONValueTests {
    @Test(arguments: [
        "null", "true", "[]", "{}", #"{"b":1,"a":[1.5,-2,"x"]}"#, #""é\n\u0001""#, "-0.5", "9223372036854775807",
        #"{"a":{"a":[{}]}}"#,
    ])
    func whatIsReadIsWrittenTheSameWay(text: String) throws {
        #expect(try JSONValue(parsing: text).text == text)
    }

    @Test func whiteSpaceAndEscapesAreRead() throws {
        let value = try JSONValue(parsing: " {\r\n\t\"a\" : [ 1 , \"\\u00e9\\ud83d\\ude00\\/\" ] } ")
        #expect(value == .object([.init("a", .array([.integer(1), .string("é😀/")]))]))
    }

    @Test(arguments: [
        "", " ", "{", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}", "01", "1.", "1e", "+1", ".5", "nul", "tru", "\"",
        "\"\\x\"", "\"\\u12\"",
        "\"\u{1}\"", "[1] 2", "1e400", "\"\\ud83d\\u0041\"", "'a'", "NaN",
    ])
    func otherTextIsRefused(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0x5C, 0x6E, 0xFF, 0x22],
        ] as [[UInt8]])
    func invalidUTF8IsRefused(bytes: [UInt8]) {
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: bytes) }
    }

    @Test func nestingIsBounded() {
        let deep = { (count: Int) in String(repeating: "[", count: count) + String(repeating: "]", count: count) }
        #expect(throws: Never.self) { try JSONValue(parsing: deep(JSONValue.maximumDepth)) }
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: deep(JSONValue.maximumDepth + 1)) }
        #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: String(repeating: "{\"a\":", count: 100_000)) }
    }

    @Test func anIntegerMayBeWrittenAsANumber() throws {
        #expect(try JSONValue(parsing: "3.0").integer == 3)
        #expect(try JSONValue(parsing: "3e2").integer == 300)
        #expect(try JSONValue(parsing: "3.5").integer == nil)
        #expect(try JSONValue(parsing: "1e30").integer == nil)
    }

    @Test func theLastOfTwoMembersCounts() throws {
        #expect(try JSONValue(parsing: #"{"a":1,"a":2}"#)["a"] == .integer(2))
    }

    @Test func whatJSONLacksIsWrittenAsText() {
        #expect(
            JSONValue.array([.number(.nan), .number(.infinity), .number(-.infinity)]).text
                == #"["NaN","Infinity","-Infinity"]"#)
    }
}

struct IdentifierTests {
    @Test func looksAsAWSMakesThem() throws {
        #expect(Identifiers.hex(32).wholeMatch(of: /[0-9a-f]{32}/) != nil)
        #expect(Identifiers.upperAlphanumeric(9).wholeMatch(of: /[0-9A-Z]{9}/) != nil)
        #expect(Identifiers.base64URL(21).wholeMatch(of: /[\w-]{21}/) != nil)
        #expect(Identifiers.decimal19().wholeMatch(of: /[1-9][0-9]{18}/) != nil)
        #expect(
            Identifiers.uuid().wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/)
                != nil)
    }
}
