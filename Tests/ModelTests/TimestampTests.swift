internal import Model
internal import Testing

struct TimestampTests {
    @Test(
        arguments: [
            ("2026-11-20T23:12:04.062Z", 1_795_216_324_062), ("20261120T231204Z", 1_795_216_324_000),
            ("2026-11-20T23:12:04", 1_795_216_324_000),
            ("2026-11-21T01:12:04+02:00", 1_795_216_324_000), ("2026-11-20T18:12:04.5-0500", 1_795_216_324_500),
            ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.999Z", -1), ("2000-02-29T12:00:00Z", 951_825_600_000),
            ("2026-11-20T23:12:04.0625999Z", 1_795_216_324_062),
        ] as [(String, Int64)])
    func readsBothFormsOfISO8601(text: String, milliseconds: Int64) {
        #expect(Timestamp(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-13-01T00:00:00Z", "2026-11-32T00:00:00Z", "2026-11-20T24:00:00Z", "2026-11-20T23:12:04.Z",
        "2026-11-20T23:12:04Zx",
        "2026-11-20T23:12:04+2", "yesterday",
    ])
    func otherTextIsNoMoment(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test func writesTheFormsOfTheProtocols() {
        let moment = Timestamp(milliseconds: 1_795_216_324_062)
        #expect(moment.iso8601 == "2026-11-20T23:12:04.062Z")
        #expect(moment.basicISO8601 == "20261120T231204Z")
        #expect(moment.httpDate == "Fri, 20 Nov 2026 23:12:04 GMT")
        #expect(Timestamp(milliseconds: -1).iso8601 == "1969-12-31T23:59:59.999Z")
        #expect(Timestamp(milliseconds: -1).httpDate == "Wed, 31 Dec 1969 23:59:59 GMT")
    }

    @Test func everyDayOfFourCenturiesComesBack() {
        for day in stride(from: Int64(-73_000), through: 73_000, by: 1) {
            let moment = Timestamp(milliseconds: day * 86_400_000 + 12_345_678)
            #expect(Timestamp(moment.calendarFields) == moment)
            if day % 97 == 0 { #expect(Timestamp(iso8601: moment.iso8601) == moment) }
        }
    }

    @Test func numbersFromOutsideAreMomentsOfFourDigitYears() {
        #expect(Timestamp(untrustedSeconds: 253_402_300_799)?.iso8601.hasPrefix("9999-12-31") == true)
        #expect(Timestamp(untrustedSeconds: 253_402_300_800) == nil)
        #expect(Timestamp(untrustedSeconds: .nan) == nil)
        #expect(Timestamp(untrustedSeconds: -.infinity) == nil)
    }
}

struct TimeScaleTests {
    @Test(arguments: [0, 0.5, -1, .nan, .infinity])
    func timeNeverRunsSlower(factor: Double) {
        #expect(TimeScale(factor) == nil)
    }

    @Test func waitsAreDividedAndRoundedUp() throws {
        let scale = try #require(TimeScale(60))
        #expect(scale.wait(.minutes(5)) == .seconds(5))
        #expect(scale.wait(.milliseconds(1)) == .milliseconds(1))
        #expect(TimeScale.realTime.wait(.seconds(7)) == .seconds(7))
    }

    @Test func deadlinesOnWorkStayAtLeastThirtySeconds() throws {
        let scale = try #require(TimeScale(60))
        #expect(scale.deadline(.hours(1)) == .seconds(60))
        #expect(scale.deadline(.minutes(5)) == .seconds(30))
        #expect(scale.deadline(.seconds(10)) == .seconds(10))
    }
}
