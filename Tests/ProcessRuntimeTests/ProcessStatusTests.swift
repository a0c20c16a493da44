internal import Testing

@testable internal import ProcessRuntime

struct ProcessStatusTests {
    @Test func aNameWithSpacesAndParenthesesIsReadOver() {
        let status = ProcessStatus(
            parsing: "77 (a) (b c) S 5 6 7 0 -1 4194304 104 0 0 0 0 0 0 0 20 0 1 0 194014 2998272 406")
        #expect(status?.pid == 77)
        #expect(status?.parent == 5)
        #expect(status?.group == 6)
        #expect(status?.session == 7)
        #expect(status?.startTime == 194014)
    }

    @Test(arguments: [("SIGTERM", 15), ("term", 15), ("9", 9), ("SIGNOPE", nil), ("99", nil)] as [(String, Int32?)])
    func signalsHaveNamesAndNumbers(name: String, number: Int32?) { #expect(Signals.number(of: name) == number) }
}
