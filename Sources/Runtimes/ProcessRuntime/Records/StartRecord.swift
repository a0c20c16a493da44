internal import Model

/// Written by the shim once its program runs. Finds the shim again after a restart of the control plane.
struct StartRecord: Equatable, Sendable {
    var shim: ProcessIdentity
    /// Leads the process group of the workload.
    var leader: Int32
    var startedAt: Timestamp

    var json: JSONValue {
        .object([
            .init("shim", .integer(Int64(self.shim.pid))),
            .init("shimStartTime", .integer(self.shim.startTime)),
            .init("boot", .string(self.shim.boot)),
            .init("leader", .integer(Int64(self.leader))),
            .init("startedAt", .integer(self.startedAt.milliseconds)),
        ])
    }

    init(shim: ProcessIdentity, leader: Int32, startedAt: Timestamp) {
        self.shim = shim
        self.leader = leader
        self.startedAt = startedAt
    }

    init?(json: JSONValue) {
        guard let pid = json["shim"]?.integer, let startTime = json["shimStartTime"]?.integer,
            let boot = json["boot"]?.string, let leader = json["leader"]?.integer,
            let startedAt = json["startedAt"]?.integer
        else { return nil }
        self.init(
            shim: ProcessIdentity(pid: Int32(truncatingIfNeeded: pid), startTime: startTime, boot: boot),
            leader: Int32(truncatingIfNeeded: leader), startedAt: Timestamp(milliseconds: startedAt))
    }
}
