internal import Glibc
internal import Model
internal import Testing
internal import WorkloadRuntime

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

    /// What left its process group is adopted by the shim; what has ended counts through whoever waited for it.
    @Test func usageIsThatOfEverythingBelowTheShim() throws {
        let texts = [
            "10 (shim) S 1 10 10 0 -1 0 0 0 0 0 500 500 7 3 20 0 1 0 100 0 900",
            "11 (app) S 10 11 10 0 -1 0 0 0 0 0 20 10 5 5 20 0 1 0 100 0 50",
            "12 (child) R 11 11 10 0 -1 0 0 0 0 0 100 0 0 0 20 0 1 0 100 0 25",
            "13 (daemon) S 10 13 13 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 100 0 5",
            "20 (other) S 1 20 20 0 -1 0 0 0 0 0 999 0 0 0 20 0 1 0 100 0 999",
        ]
        let processes = ProcessTree(try texts.map { try #require(ProcessStatus(parsing: $0)) })
        let usage = processes.usage(under: 10)
        let second = Double(sysconf(Int32(_SC_CLK_TCK)))
        #expect(usage.cpuTime == .milliseconds(Int64((10 + 40 + 100 + 2) / second * 1000)))
        #expect(usage.memoryBytes == 80 * sysconf(Int32(_SC_PAGESIZE)))
    }

    @Test(arguments: [("SIGTERM", 15), ("term", 15), ("9", 9), ("SIGNOPE", nil), ("99", nil)] as [(String, Int32?)])
    func signalsHaveNamesAndNumbers(name: String, number: Int32?) { #expect(Signals.number(of: name) == number) }
}
