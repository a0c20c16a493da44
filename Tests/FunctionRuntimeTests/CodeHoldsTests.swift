import Testing

@testable import FunctionRuntime

struct CodeHoldsTests {
    @Test func codeThatNobodyEverHeldMayGo() {
        var holds = CodeHolds()
        let isFree = holds.mayRemove("a", since: holds.moment)
        #expect(isFree)
    }

    @Test func heldCodeStaysAndItsLastReleaseAsksForAnotherLook() {
        var holds = CodeHolds()
        holds.hold("a")
        holds.hold("a")
        let isFreeWhileHeld = holds.mayRemove("a", since: holds.moment)
        let asks = [holds.release("a"), holds.release("a")]
        let isFree = holds.mayRemove("a", since: holds.moment)
        #expect(!isFreeWhileHeld)
        #expect(asks == [false, true])
        #expect(isFree)
    }

    @Test func releaseThatNobodyWaitsForAsksForNothing() {
        var holds = CodeHolds()
        holds.hold("a")
        let asks = holds.release("a")
        #expect(!asks)
    }

    /// A function may have been made to refer to it after the look at the store.
    @Test func codeHeldSinceTheLookStaysThoughItIsFreeNow() {
        var holds = CodeHolds()
        let look = holds.moment
        holds.hold("a")
        _ = holds.release("a")
        let isFree = holds.mayRemove("a", since: look)
        let isFreeForTheNextLook = holds.mayRemove("a", since: holds.moment)
        #expect(!isFree)
        #expect(isFreeForTheNextLook)
    }

    @Test func codesAreApart() {
        var holds = CodeHolds()
        holds.hold("a")
        let isFree = holds.mayRemove("b", since: 0)
        #expect(isFree && holds.isHeld("a") && !holds.isHeld("b"))
    }
}
