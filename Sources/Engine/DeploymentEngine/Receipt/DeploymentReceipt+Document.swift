package import Model

extension DeploymentReceipt {
    /// The receipt as JSON; times are ISO 8601 in UTC, durations seconds, weights percent.
    package var document: JSONValue {
        .object([
            .init("state", .string(self.state.rawValue)), .init("clean", .bool(self.isClean)),
            .init("complete", .bool(self.isComplete)), .init("summary", .string(self.summary)),
            .init("deployment", self.subject.document),
            .init(
                "requests",
                .object([
                    .init("total", .count(self.total.received)), .init("failed", .count(self.total.failures)),
                    .init("unattributed", .count(self.unattributed)), .init("failures", self.total.failureDocument),
                ])),
            .init("revisions", .array(self.revisions.map(\.document))),
            .init(
                "drained",
                .object([
                    .init("targets", .count(self.drained.targets)),
                    .init("connections", .count(self.drained.connections)),
                    .init("requests", .count(self.drained.requests)),
                    .init("cutRequests", .count(self.drained.cutRequests)),
                ])),
            .init("weights", .array(self.weights.map(\.document))),
            .init("steps", .array(self.steps.map(\.document))),
            .init(
                "counted",
                .object([.init("from", .moment(self.countedFrom)), .init("until", .moment(self.countedUntil))])),
            .init(
                "gaps",
                .array(
                    self.gaps.map {
                        .object([
                            .init("since", .moment($0.since)), .init("until", .moment($0.until)),
                            .init("reason", .string($0.reason)),
                        ])
                    })),
        ])
    }
}

extension DeploymentReceipt.Subject {
    fileprivate var document: JSONValue {
        .object([
            .init("id", .string(self.id)), .init("arn", .text(self.arn)),
            .init("engine", .string(self.engine.rawValue)), .init("strategy", .string(self.strategy)),
            .init("cluster", .string(self.cluster)), .init("service", .string(self.service)),
            .init("status", .string(self.status)), .init("statusReason", .text(self.statusReason)),
            .init("createdAt", .moment(self.createdAt)), .init("startedAt", .moment(self.startedAt)),
            .init("endedAt", .moment(self.endedAt)),
        ])
    }
}

extension DeploymentReceipt.Revision {
    fileprivate var document: JSONValue {
        .object([
            .init("role", .string(self.role.rawValue)), .init("id", .string(self.id)),
            .init("targetGroups", .array(self.targetGroups.map { .string($0) })),
            .init("requests", .count(self.count.received)), .init("failed", .count(self.count.failures)),
            .init("failures", self.count.failureDocument),
        ])
    }
}

extension DeploymentReceipt.Weight {
    fileprivate var document: JSONValue {
        .object([
            .init("requested", .number(self.requested)),
            .init("achieved", self.achieved.map { .number(($0 * 100).rounded() / 100) } ?? .null),
            .init("source", .count(self.source)), .init("target", .count(self.target)),
            .init("startedAt", .moment(self.startedAt)), .init("endedAt", .moment(self.endedAt)),
            .init("sharedWithStepBefore", .bool(self.isShared)),
        ])
    }
}

extension DeploymentReceipt.Step {
    fileprivate var document: JSONValue {
        .object([
            .init("name", .string(self.name)), .init("startedAt", .moment(self.startedAt)),
            .init("endedAt", .moment(self.endedAt)),
            .init(
                "waits",
                .array(
                    self.waits.map {
                        .object([
                            .init("for", .string($0.subject)), .init("seconds", .number($0.duration.inSeconds)),
                        ])
                    })),
        ])
    }
}

extension TrafficCount {
    fileprivate var failureDocument: JSONValue {
        .object([
            .init("target5xx", .count(self.targetErrors)), .init("loadBalancer502", .count(self.badGateway)),
            .init("loadBalancer503", .count(self.serviceUnavailable)),
            .init("loadBalancer504", .count(self.gatewayTimeout)), .init("cutResponses", .count(self.cutResponses)),
            .init("clientAborts", .count(self.clientAborts)),
            .init("targetConnectionErrors", .count(self.connectionErrors)),
        ])
    }
}

extension JSONValue {
    fileprivate static func count(_ value: Int) -> JSONValue { .integer(Int64(value)) }
    fileprivate static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
    fileprivate static func moment(_ value: Timestamp?) -> JSONValue { value.map { .string($0.iso8601) } ?? .null }
}
