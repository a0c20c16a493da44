import Model
import Testing
import TrafficRouting

@Suite struct StickyBindingTests {
    private let group = TargetGroupID("arn:blue")
    private let now = Timestamp(milliseconds: 1_000_000)

    private func subject(_ id: String, port: UInt16 = 80) -> StickySubject {
        StickySubject(TargetID(id: id, port: port), in: self.group)
    }

    @Test func staysWithWhatItNamesUntilItExpires() {
        let binding = StickyBinding(self.subject("b"), expires: self.now + .seconds(1))
        let targets = [self.subject("a"), self.subject("b")]
        #expect(binding.choice(among: targets, at: self.now) == 1)
        #expect(binding.choice(among: targets, at: self.now + .milliseconds(999)) == 1)
        #expect(binding.choice(among: targets, at: self.now + .seconds(1)) == nil)
    }

    @Test func isFreeWhereWhatItNamesIsNoCandidate() {
        let binding = StickyBinding(self.subject("gone"), expires: self.now + .seconds(9))
        #expect(binding.choice(among: [self.subject("a"), self.subject("b")], at: self.now) == nil)
        #expect(binding.choice(among: [], at: self.now) == nil)
    }

    @Test func theSameAddressInAnotherGroupOrOnAnotherPortIsAnotherTarget() {
        let subjects: Set = [
            self.subject("a"), self.subject("a", port: 81), self.subject("a8", port: 0),
            StickySubject(TargetID(id: "a", port: 80), in: TargetGroupID("arn:green")), StickySubject(self.group),
        ]
        #expect(subjects.count == 5)
    }

    @Test func survivesItsBytes() {
        let binding = StickyBinding(self.subject("a"), expires: self.now)
        #expect(StickyBinding(bytes: binding.bytes) == binding)
        #expect(StickyBinding(bytes: binding.bytes.dropLast()) == nil)
        #expect(StickyBinding(bytes: binding.bytes + [0]) == nil)
    }
}

@Suite struct StickyCookieTests {
    @Test func setsTheCookieAndItsTwin() {
        #expect(
            StickyCookie.target.headerLines(value: "v", expires: "date") == """
                Set-Cookie: AWSALB=v; Expires=date; Path=/\r\n\
                Set-Cookie: AWSALBCORS=v; Expires=date; Path=/; SameSite=None; Secure\r\n
                """)
        #expect(
            StickyCookie.applicationTarget.headerLines(value: "v", expires: "date")
                == "Set-Cookie: AWSALBAPP-0=v; Expires=date; Path=/\r\n")
    }

    @Test(arguments: ["AWSALB", "awsalbapp-1", "AWSALBTGX", "AWSALBCORS"])
    func keepsItsNames(name: String) { #expect(StickyCookie.isReserved(name)) }

    @Test(arguments: ["JSESSIONID", "AWS", "XAWSALB", ""])
    func leavesOtherNamesAlone(name: String) { #expect(!StickyCookie.isReserved(name)) }
}

@Suite struct CookieHeaderTests {
    private func value(_ name: String, _ header: String) -> String? {
        ByteView.with(header) { CookieHeader.value(of: Array(name.utf8), in: $0)?.text }
    }

    @Test func findsTheFirstCookieOfTheName() {
        #expect(self.value("a", "a=1; b=2;a=3") == "1")
        #expect(self.value("b", "a=1;\tb=2=3 ;c") == "2=3")
        #expect(self.value("c", "c=") == "")
    }

    @Test(arguments: ["", ";", "b=a=1", "A=1", "aa=1", "a", "a =1", "xa=1; =a"])
    func findsNothingElse(header: String) { #expect(self.value("a", header) == nil) }

    @Test func readsTheNameOfACookieThatIsSet() {
        func sets(_ header: String) -> Bool {
            ByteView.with(header) { CookieHeader.sets(Array("SESSION".utf8), in: $0) }
        }
        #expect(sets("SESSION=abc; Path=/; HttpOnly"))
        #expect(!sets("OTHER=1; SESSION=abc"))
        #expect(!sets("SESSIONS=abc"))
    }
}

@Suite struct ForwardActionTests {
    private func action(_ weights: [Int]) -> ForwardAction {
        ForwardAction(
            targetGroups: weights.enumerated().map { .init(id: TargetGroupID("\($0.offset)"), weight: $0.element) })
    }

    @Test func sharesOutOnlyBetweenGroupsWithWeight() {
        #expect(self.action([90, 10]).sharesOut)
        #expect(!self.action([100, 0]).sharesOut)
        #expect(!self.action([1]).sharesOut)
    }
}
