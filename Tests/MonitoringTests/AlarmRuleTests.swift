internal import Monitoring
internal import Testing

struct AlarmRuleTests {
    private static func holds(_ text: String, _ states: [String: AlarmState]) throws -> Bool {
        try AlarmRule(parsing: text).holds { states[$0] }
    }

    @Test(
        arguments: [
            ("TRUE", true), ("NOT TRUE", false), ("ALARM(a)", true), ("ALARM(b)", false), ("OK(b)", true),
            ("INSUFFICIENT_DATA(c)", true), ("ALARM(a) AND ALARM(b)", false), ("ALARM(a) OR ALARM(b)", true),
            ("NOT ALARM(a) OR OK(b)", true), ("NOT (ALARM(a) OR OK(b))", false),
            ("ALARM(b) AND ALARM(a) OR TRUE", true), ("ALARM(b) AND (ALARM(a) OR TRUE)", false),
            ("ALARM(\"my alarm (1)\")", true), ("ALARM( a )AND(OK(b))", true), ("ALARM(gone) OR OK(gone)", false),
            ("NOT NOT ALARM(a)", true), ("ALARM('a')", true), ("\n ALARM(a)\n AND\tOK(b) ", true),
        ])
    func decides(text: String, expected: Bool) throws {
        let states: [String: AlarmState] = ["a": .alarm, "b": .ok, "c": .insufficientData, "my alarm (1)": .alarm]
        #expect(try Self.holds(text, states) == expected)
    }

    @Test func namesItsAlarmsOnce() throws {
        let arn = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:x"
        #expect(try AlarmRule(parsing: "ALARM(a) AND (OK(\(arn)) OR NOT ALARM(a))").alarms == ["a", arn])
    }

    @Test(arguments: [
        "", "ALARM", "ALARM(", "ALARM()", "ALARM(a", "ALARM(a))", "AND ALARM(a)", "ALARM(a) AND", "ALARM(a) ALARM(b)",
        "NOT",
        "alarm(a)", "ALARM(\"a)", "XOR(a)", "TRUEFALSE", "ALARM(a b)", "()",
    ])
    func refusesWhatIsNoRule(text: String) {
        #expect(throws: AlarmRuleError.self) { try AlarmRule(parsing: text) }
    }

    @Test func boundsNesting() {
        #expect(throws: AlarmRuleError.self) {
            try AlarmRule(parsing: String(repeating: "(", count: 5000) + "TRUE" + String(repeating: ")", count: 5000))
        }
        #expect(throws: AlarmRuleError.self) {
            try AlarmRule(parsing: String(repeating: "NOT ", count: 2000) + "TRUE")
        }
    }
}
