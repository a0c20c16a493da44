internal import DeploymentEngine
internal import Model

/// Many services beside each other, each a world of its own, in the order of time. What a change of one costs must not depend on
/// how many there are.
struct Fleet {
    private(set) var worlds: [NativeWorld]
    private var deadlines = Deadlines<Int>()
    /// How many events were handled.
    private(set) var events = 0
    private(set) var now: Timestamp

    /// - Parameter count: services, each with its first deployment before it.
    init(count: Int) {
        self.worlds = (0..<count).map { NativeWorld(fleet: UInt64($0)) }
        self.now = self.worlds.first?.now ?? Timestamp(milliseconds: 0)
        for index in self.worlds.indices { self.deadlines[index] = self.worlds[index].nextMoment }
    }

    var activeCount: Int { self.worlds.count { $0.active != nil } }

    /// Lets things happen until no deployment is active and every service is quiet for an hour.
    mutating func settle() throws(Violation) {
        while let next = self.deadlines.next, next < self.now + .hours(1) {
            self.now = max(self.now, next)
            for index in self.deadlines.takeDue(at: next).sorted() {
                try self.worlds[index].happenNext()
                self.deadlines[index] = self.worlds[index].nextMoment
                self.events += 1
            }
        }
    }

    /// UpdateService of the first `count` services, all at one moment.
    mutating func deploy(_ count: Int) throws(Violation) {
        for index in self.worlds.indices.prefix(count) {
            self.worlds[index].requestsLeft = 1
            self.worlds[index].passIdly(until: self.now)
            try self.worlds[index].request()
            self.deadlines[index] = self.worlds[index].nextMoment
        }
    }
}
