internal import Testing

@testable internal import WireProtocol

struct WireMembersTests {
    private static let schema = StructureSchema(
        "Sample", members: ["a", "b", "c", "d"].map { MemberSchema($0, .anyString) })

    private func visited(_ members: WireMembers) -> [String] {
        var names: [String] = []
        members.forEach(of: Self.schema) { member, value in
            if case .string(let text) = value { names.append("\(member.name)=\(text)") }
        }
        return names
    }

    @Test func membersAreVisitedInTheOrderOfTheModelHoweverTheyWereSet() {
        let members: WireMembers = ["d": .string("4"), "a": .string("1"), "other": .string("5"), "c": .string("3")]
        #expect(self.visited(members) == ["a=1", "c=3", "d=4"])
    }

    @Test func aShapeSetsItsMembersInTheOrderOfTheModel() {
        var writer = StructureWriter()
        writer.set("b", "2")
        writer.set("c", String?.none)
        writer.set("d", "4")
        #expect(self.visited(writer.members) == ["b=2", "d=4"])
    }

    @Test func aMemberThatIsAddedLaterIsFoundInItsPlace() {
        var writer = StructureWriter()
        writer.set("b", "2")
        var members = writer.members
        members["a"] = .string("1")
        #expect(self.visited(members) == ["a=1", "b=2"])
        members["b"] = nil
        #expect(self.visited(members) == ["a=1"])
    }

    @Test func orderDoesNotCountInComparison() {
        let members: WireMembers = ["a": .string("1"), "b": .string("2")]
        #expect(members == ["b": .string("2"), "a": .string("1")])
        #expect(members != ["a": .string("1")])
        #expect(members != ["a": .string("1"), "b": .string("3")])
        #expect(members != ["a": .string("1"), "c": .string("2")])
    }
}
