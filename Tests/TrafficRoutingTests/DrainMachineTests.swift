import Model
import Testing
import TrafficRouting

@Suite struct DrainMachineTests {
    private let deadline = Timestamp(milliseconds: 1000)

    private func draining(inFlight: Int, idle: Int = 0) -> DrainMachine {
        var machine = DrainMachine()
        _ = machine.deregistered(until: self.deadline, idle: idle, inFlight: inFlight)
        return machine
    }

    @Test func aRegisteredTargetNeitherCountsNorCuts() {
        var machine = DrainMachine()
        machine.requestBegan()
        machine.requestEnded(wasCut: false, inFlight: 0)
        #expect(machine.timePassed(to: self.deadline) == .none)
        #expect(machine == DrainMachine())
    }

    @Test func deregistrationClosesIdleConnectionsOnce() {
        var machine = DrainMachine()
        #expect(machine.deregistered(until: self.deadline, idle: 3, inFlight: 0) == .closeIdleConnections)
        #expect(machine.deregistered(until: self.deadline, idle: 0, inFlight: 0) == .none)
        #expect(machine.isDrained)
        #expect(machine.tally == DrainTally(connections: 3))
    }

    @Test func isDrainedWhenTheLastRequestIsOver() {
        var machine = self.draining(inFlight: 2, idle: 1)
        #expect(!machine.isDrained)
        machine.requestEnded(wasCut: false, inFlight: 1)
        #expect(!machine.isDrained)
        #expect(machine.timePassed(to: Timestamp(milliseconds: 999)) == .none)
        machine.requestEnded(wasCut: false, inFlight: 0)
        #expect(machine.isDrained)
        #expect(machine.tally == DrainTally(connections: 3, requests: 2))
        #expect(machine.timePassed(to: self.deadline) == .none)
    }

    @Test func theDeadlineCutsWhatIsLeft() {
        var machine = self.draining(inFlight: 2)
        machine.requestEnded(wasCut: false, inFlight: 1)
        #expect(machine.timePassed(to: self.deadline) == .cutRequests)
        machine.requestEnded(wasCut: true, inFlight: 0)
        #expect(machine.isDrained)
        #expect(machine.tally == DrainTally(connections: 1, requests: 1, cutRequests: 1))
    }

    @Test func aRepeatedRequestKeepsADrainedTargetBusy() {
        var machine = self.draining(inFlight: 0)
        machine.requestBegan()
        #expect(!machine.isDrained)
        #expect(machine.timePassed(to: self.deadline) == .cutRequests)
        machine.requestBegan()
        machine.requestEnded(wasCut: false, inFlight: 0)
        #expect(machine.isDrained)
    }

    @Test func aDeadlineThatMovesIsFollowed() {
        var machine = self.draining(inFlight: 1)
        _ = machine.deregistered(until: self.deadline + .seconds(1), idle: 0, inFlight: 1)
        #expect(machine.timePassed(to: self.deadline) == .none)
        #expect(machine.timePassed(to: self.deadline + .seconds(1)) == .cutRequests)
    }

    @Test(arguments: [0, 1]) func anotherRegistrationEndsItAndTheNextOneCountsAnew(inFlight: Int) {
        var machine = self.draining(inFlight: inFlight, idle: 5)
        machine.registered()
        #expect(!machine.isDrained)
        #expect(machine.timePassed(to: self.deadline) == .none)
        _ = machine.deregistered(until: self.deadline, idle: 1, inFlight: 0)
        #expect(machine.tally == DrainTally(connections: 1))
    }
}
