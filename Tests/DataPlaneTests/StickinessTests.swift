import FoundationEssentials
import Model
import Testing
import TrafficRouting

@testable import DataPlane

@Suite struct StickinessTests {
    private static let hour = Duration.seconds(3600)
    private let sticky = Self.attributes(.loadBalancerCookie(duration: Self.hour))

    /// Fails open, so that all targets take requests whatever the probes have found so far.
    private static func attributes(_ stickiness: TargetStickiness) -> TargetGroupAttributes {
        TargetGroupAttributes(minimumHealthyCount: 1000, stickiness: stickiness)
    }

    /// What a browser would send back.
    private func cookies(_ answer: TestMessage) -> [String: String] {
        var result: [String: String] = [:]
        for header in answer.headers where header.name == "set-cookie" {
            let pair = header.value.split(separator: ";")[0].split(separator: "=", maxSplits: 1)
            result[String(pair[0])] = pair.count > 1 ? String(pair[1]) : ""
        }
        return result
    }

    private func get(_ proxy: ProxyFixture, _ cookies: [String: String] = [:]) throws -> TestMessage {
        let line = cookies.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "; ")
        return try #require(try proxy.get(headers: cookies.isEmpty ? "" : "Cookie: x=1; \(line)\r\n"))
    }

    private func forward(_ weights: KeyValuePairs<String, Int>, stickiness: Duration? = Self.hour) -> Action {
        .forward(
            ForwardAction(
                targetGroups: weights.map { .init(id: TargetGroupID($0.key), weight: $0.value) },
                stickiness: stickiness))
    }

    @Test func aClientStaysWithItsTargetAndNobodyElseDoes() async throws {
        let proxy = try await ProxyFixture(workers: 2)
        let backends = [try TestBackend.named("one"), try TestBackend.named("two")]
        let group = TargetGroup.of("a", backends.map(\.port), attributes: self.sticky)
        try await proxy.publish(.forward(["a": 1]), groups: [group])
        let first = try self.get(proxy)
        var cookies = self.cookies(first)
        #expect(cookies["AWSALB"] == cookies["AWSALBCORS"])
        #expect(first.headers.contains { $0.value.contains("; Expires=") && $0.value.hasSuffix("GMT; Path=/") })
        #expect(first.headers.contains { $0.value.hasSuffix("; Path=/; SameSite=None; Secure") })
        for _ in 0..<6 {
            let next = try self.get(proxy, cookies)
            #expect(next.text == first.text)
            let renewed = self.cookies(next)
            #expect(renewed["AWSALB"] != cookies["AWSALB"])
            cookies = renewed
        }
        let others = try (0..<6).map { _ in try self.get(proxy).text }
        #expect(Set(others) == ["one", "two"])
    }

    @Test func aValueThatTheProxyDidNotMakeMeansNothing() async throws {
        let proxy = try await ProxyFixture()
        let backends = [try TestBackend.named("one"), try TestBackend.named("two")]
        let group = TargetGroup.of("a", backends.map(\.port), attributes: self.sticky)
        try await proxy.publish(self.forward(["a": 1]), groups: [group])
        let cookies = self.cookies(try self.get(proxy))
        let value = try #require(cookies["AWSALB"])
        let changed = (value.first == "A" ? "B" : "A") + value.dropFirst()
        for wrong in [changed, String(value.dropLast(4)), "nonsense", "", try #require(cookies["AWSALBTG"])] {
            let answers = try (0..<4).map { _ in try self.get(proxy, ["AWSALB": wrong]).text }
            #expect(Set(answers) == ["one", "two"])
        }
    }

    @Test func aTargetThatIsDrainingOrGoneIsReplacedWithItsCookie() async throws {
        let proxy = try await ProxyFixture()
        let (one, two) = (try TestBackend.named("one"), try TestBackend.named("two"))
        let both = TargetGroup.of("a", [one.port, two.port], attributes: self.sticky)
        try await proxy.publish(.forward(["a": 1]), groups: [both])
        var cookies = self.cookies(try self.get(proxy))
        while try self.get(proxy, cookies).text != "one" { cookies = self.cookies(try self.get(proxy)) }
        let draining = TargetGroup(
            id: both.id, attributes: self.sticky, healthCheck: both.healthCheck,
            targets: [
                Target(
                    id: both.targets[0].id, address: "127.0.0.1",
                    state: .draining(until: Timestamp(milliseconds: .max / 2))), both.targets[1],
            ])
        try await proxy.publish(.forward(["a": 1]), groups: [draining])
        let moved = try self.get(proxy, cookies)
        #expect(moved.text == "two")
        // The new cookie holds even when the old target is back.
        try await proxy.publish(.forward(["a": 1]), groups: [both])
        for _ in 0..<4 { #expect(try self.get(proxy, self.cookies(moved)).text == "two") }
    }

    @Test func targetStickinessAloneFollowsTheWeights() async throws {
        let proxy = try await ProxyFixture()
        let (blue, green) = (try TestBackend.named("blue"), try TestBackend.named("green"))
        let groups = [
            TargetGroup.of("blue", [blue.port], attributes: self.sticky),
            TargetGroup.of("green", [green.port], attributes: self.sticky),
        ]
        try await proxy.publish(self.forward(["blue": 100, "green": 0], stickiness: nil), groups: groups)
        let before = try self.get(proxy)
        #expect(before.text == "blue")
        try await proxy.publish(self.forward(["blue": 0, "green": 100], stickiness: nil), groups: groups)
        let after = try self.get(proxy, self.cookies(before))
        #expect(after.text == "green")
        #expect(self.cookies(after)["AWSALBTG"] == nil)
    }

    @Test func aClientStaysWithItsGroupAtAnyWeightUntilTheActionNoLongerNamesIt() async throws {
        let proxy = try await ProxyFixture()
        let (blue, green) = (try TestBackend.named("blue"), try TestBackend.named("green"))
        let groups = [TargetGroup.of("blue", [blue.port]), .of("green", [green.port])]
        try await proxy.publish(self.forward(["blue": 1, "green": 0]), groups: groups)
        let cookies = self.cookies(try self.get(proxy))
        #expect(cookies["AWSALBTG"] != nil && cookies["AWSALBTG"] == cookies["AWSALBTGCORS"])
        try await proxy.publish(self.forward(["blue": 0, "green": 1]), groups: groups)
        for _ in 0..<4 { #expect(try self.get(proxy, cookies).text == "blue") }
        #expect(try self.get(proxy).text == "green")
        try await proxy.publish(self.forward(["green": 1]), groups: groups)
        let moved = try self.get(proxy, cookies)
        #expect(moved.text == "green")
        #expect(self.cookies(moved)["AWSALBTG"] != nil)
    }

    @Test func aClientOfAnEmptyGroupGetsNoSibling() async throws {
        let proxy = try await ProxyFixture()
        let (blue, green) = (try TestBackend.named("blue"), try TestBackend.named("green"))
        try await proxy.publish(
            self.forward(["blue": 1, "green": 0]), groups: [.of("blue", [blue.port]), .of("green", [green.port])])
        let cookies = self.cookies(try self.get(proxy))
        try await proxy.publish(
            self.forward(["blue": 0, "green": 1]), groups: [.of("blue", []), .of("green", [green.port])])
        let answer = try self.get(proxy, cookies)
        #expect(answer.status == 503)
        #expect(self.cookies(answer).isEmpty)
        #expect(try self.get(proxy).text == "green")
    }

    @Test func anExpiredCookieBindsNobody() async throws {
        let proxy = try await ProxyFixture()
        let (blue, green) = (try TestBackend.named("blue"), try TestBackend.named("green"))
        let groups = [TargetGroup.of("blue", [blue.port]), .of("green", [green.port])]
        try await proxy.publish(self.forward(["blue": 1, "green": 0], stickiness: .zero), groups: groups)
        let cookies = self.cookies(try self.get(proxy))
        try await proxy.publish(self.forward(["blue": 0, "green": 1], stickiness: .zero), groups: groups)
        #expect(try self.get(proxy, cookies).text == "green")
    }

    @Test func anApplicationCookieBeginsTheSessionAndIsNeededToKeepIt() async throws {
        let proxy = try await ProxyFixture()
        func backend(_ name: String) throws -> TestBackend {
            try TestBackend { request, socket in
                let cookie = request.startLine.contains("login") ? "Set-Cookie: SESSION=s1; Path=/\r\n" : ""
                socket.send("HTTP/1.1 200 OK\r\n\(cookie)Content-Length: \(name.utf8.count)\r\n\r\n\(name)")
                return true
            }
        }
        let backends = [try backend("one"), try backend("two")]
        let attributes = Self.attributes(.applicationCookie(name: "SESSION", duration: Self.hour))
        let group = TargetGroup.of("a", backends.map(\.port), attributes: attributes)
        try await proxy.publish(.forward(["a": 1]), groups: [group])
        #expect(self.cookies(try self.get(proxy)).isEmpty)
        let login = try #require(try proxy.get("/login"))
        let cookies = self.cookies(login)
        #expect(Set(cookies.keys) == ["SESSION", "AWSALBAPP-0"])
        for _ in 0..<4 { #expect(try self.get(proxy, cookies).text == login.text) }
        let without = cookies.filter { $0.key != "SESSION" }
        #expect(Set(try (0..<4).map { _ in try self.get(proxy, without).text }) == ["one", "two"])
    }

    @Test func clientsStayWhereTheyAreWhenTheProxyRestarts() throws {
        let directory = try ProxyFixture.makeDirectory()
        let subject = StickySubject(TargetGroupID("a"))
        let binding = StickyBinding(subject, expires: Timestamp(milliseconds: 5))
        let value = try #require(try StickyCookieSeal(directory: directory.path).sealed(binding, in: .targetGroup))
        let later = try StickyCookieSeal(directory: directory.path)
        #expect(ByteView.with(value) { later.opened($0, in: .targetGroup) } == binding)
        #expect(ByteView.with(value) { later.opened($0, in: .target) } == nil)
        let stranger = try StickyCookieSeal(directory: ProxyFixture.makeDirectory().path)
        #expect(ByteView.with(value) { stranger.opened($0, in: .targetGroup) } == nil)
    }
}
