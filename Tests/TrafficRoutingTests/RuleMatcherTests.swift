import Testing
import TrafficRouting

@Suite struct RuleMatcherTests {
    private func matches(
        _ conditions: [Condition], method: String = "GET", host: String = "www.example.com", path: String = "/",
        query: String = "", headers: [(String, String)] = [], peer: String = "192.0.2.7"
    ) throws -> Bool {
        let peer = try #require(IPAddress(peer))
        let rule = Rule(
            id: RuleID("r"), priority: 1, conditions: conditions, action: .fixedResponse(.init(status: 200)))
        let matcher = RuleMatcher([rule])
        return ByteView.with(method) { method in
            ByteView.with(host) { host in
                ByteView.with(path) { path in
                    ByteView.with(query) { query in
                        self.lend(headers[...], []) { fields in
                            matcher.match(
                                RequestFacts(
                                    method: method, host: host, path: path, query: query, headers: fields, peer: peer))
                                == 0
                        }
                    }
                }
            }
        }
    }

    private func lend(
        _ headers: ArraySlice<(String, String)>, _ fields: [HeaderField], _ body: ([HeaderField]) -> Bool
    ) -> Bool {
        guard let (name, value) = headers.first else { return body(fields) }
        return ByteView.with(name) { name in
            ByteView.with(value) { value in
                self.lend(headers.dropFirst(), fields + [HeaderField(name: name, value: value)], body)
            }
        }
    }

    @Test(arguments: [
        ("*.example.com", "www.EXAMPLE.com", true), ("*.example.com", "example.com", false),
        ("ex?mple.com", "example.com", true), ("ex?mple.com", "exmple.com", false), ("a.com", "a.com", true),
    ])
    func hostIgnoresCaseAndKnowsWildcards(pattern: String, host: String, expected: Bool) throws {
        #expect(try self.matches([.hostHeader([pattern])], host: host) == expected)
    }

    @Test(arguments: [
        ("/img/*", "/img/a/b.png", true), ("/img/*", "/IMG/a", false), ("/a*c*e", "/abcde", true),
        ("/a*c*e", "/abcd", false),
        ("/*/x", "/a/y/x", true), ("*", "/", true), ("/\\*", "/*", true), ("/\\*", "/a", false), ("/a?", "/a", false),
    ])
    func pathMattersByCase(pattern: String, path: String, expected: Bool) throws {
        #expect(try self.matches([.pathPattern([pattern])], path: path) == expected)
    }

    @Test func anyOfARepeatedHeaderIsEnough() throws {
        let condition = Condition.httpHeader(name: "X-Group", values: ["beta*"])
        #expect(try self.matches([condition], headers: [("x-group", "alpha"), ("X-GROUP", "BETA-2")]))
        #expect(try !self.matches([condition], headers: [("x-group", "alpha")]))
    }

    @Test func methodsMatchExactly() throws {
        #expect(try self.matches([.httpRequestMethod(["PUT", "GET"])]))
        #expect(try !self.matches([.httpRequestMethod(["get"])]))
    }

    @Test func queryPatternsMatchKeysAndValues() throws {
        #expect(try self.matches([.queryString([.init(key: "Version", value: "v?")])], query: "a=1&version=V2"))
        #expect(try !self.matches([.queryString([.init(key: "version", value: "v?")])], query: "version=v22"))
        #expect(try self.matches([.queryString([.init(value: "*x*")])], query: "a=1&b=axb"))
        #expect(try !self.matches([.queryString([.init(value: "x")])], query: ""))
    }

    @Test(arguments: [("192.0.2.0/24", true), ("192.0.3.0/24", false), ("0.0.0.0/0", true), ("192.0.2.7/32", true)])
    func sourceIsTheBlockOfThePeer(block: String, expected: Bool) throws {
        let block = try #require(CIDRBlock(block))
        #expect(try self.matches([.sourceIP([block])]) == expected)
    }

    @Test func sourceKnowsIPv6() throws {
        let block = try #require(CIDRBlock("2001:db8::/33"))
        #expect(try self.matches([.sourceIP([block])], peer: "2001:db8:1::1"))
        #expect(try !self.matches([.sourceIP([block])], peer: "2001:db8:8000::1"))
    }

    @Test func allConditionsMustHold() throws {
        #expect(try !self.matches([.pathPattern(["/*"]), .hostHeader(["other.com"])]))
    }
}

@Suite struct RedirectLocationTests {
    private let source = RedirectSource(protocol: "http", host: "h.com", port: 80, path: "/a/b", query: "c=d")

    @Test func defaultsKeepEverything() {
        #expect(RedirectAction(status: .found).location(for: self.source) == "http://h.com:80/a/b?c=d")
    }

    @Test func expandsPlaceholders() {
        let action = RedirectAction(
            status: .found, protocol: "HTTPS", host: "x.#{host}", port: "443", path: "/new/#{path}",
            query: "#{query}&p=#{port}")
        #expect(action.location(for: self.source) == "https://x.h.com:443/new/a/b?c=d&p=80")
    }

    @Test func leavesUnknownPlaceholdersAlone() {
        let action = RedirectAction(status: .found, path: "/#{nothing}#", query: "")
        #expect(action.location(for: self.source) == "http://h.com:80/#{nothing}#")
    }
}

@Suite struct IPAddressTests {
    @Test(arguments: ["192.0.2.1", "::", "::1", "2001:db8::1", "fe80::1:0:0:1", "1:2:3:4:5:6:7:8"])
    func readsWhatItWrites(text: String) throws {
        #expect(try #require(IPAddress(text)).description == text)
    }

    @Test(arguments: ["", "1.2.3", "1.2.3.256", ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7", "g::"])
    func refusesWhatIsNoAddress(text: String) { #expect(IPAddress(text) == nil) }
}
