internal import Testing
internal import WireProtocol

@testable internal import Server

struct MetricsTests {
    @Test func samplesAreWrittenAsPrometheusReadsThem() {
        var text = PrometheusText()
        text.metric("teal_things_total", .counter, "Things.")
        text.sample("teal_things_total", [("name", "a\"b\\c\nd"), ("kind", "x")], 3)
        text.sample("teal_seconds", [], 0.25)
        #expect(
            text.text == """
                # HELP teal_things_total Things.
                # TYPE teal_things_total counter
                teal_things_total{name="a\\"b\\\\c\\nd",kind="x"} 3
                teal_seconds 0.25

                """)
    }
}
