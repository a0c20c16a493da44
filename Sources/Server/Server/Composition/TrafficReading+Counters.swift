internal import DeploymentEngine
internal import ELBv2Service
internal import ProxyFeed
internal import TrafficRouting

extension TrafficReading {
    /// What the proxies have told this server.
    init(_ counters: TrafficCounters) {
        self.init(
            runs: counters.runs.map { run in
                var counts: [TrafficMeter: TrafficCount] = [:]
                for group in run.targetGroups {
                    counts[TrafficMeter(group: group.id.arn)] = TrafficCount(group)
                    for target in group.outcomes.targets {
                        let meter = TrafficMeter(group: group.id.arn, target: "\(target.id.id):\(target.id.port)")
                        counts[meter] = TrafficCount(target)
                    }
                }
                return Run(process: run.processID, counts: counts, reportedAt: run.at)
            },
            drains: counters.drained.map { drained in
                let report = drained.report
                return TargetDrain(
                    meter: TrafficMeter(
                        group: report.group.arn, target: "\(report.target.id):\(report.target.port)"),
                    connections: report.tally.connections, requests: report.tally.requests,
                    cutRequests: report.tally.cutRequests, at: drained.at)
            })
    }
}

extension TrafficCount {
    fileprivate init(_ group: TargetGroupCounters) {
        self.init(requests: Int(clamping: group.requests))
        self.targetErrors = Int(clamping: group.targetStatus.last ?? 0)
        self.badGateway = Int(clamping: group.outcomes.badGateway)
        self.serviceUnavailable = Int(clamping: group.outcomes.serviceUnavailable)
        self.gatewayTimeout = Int(clamping: group.outcomes.gatewayTimeout)
        self.cutResponses = Int(clamping: group.cutResponses)
        self.clientAborts = Int(clamping: group.outcomes.clientAborts)
        self.connectionErrors = Int(clamping: group.connectionErrors)
    }

    fileprivate init(_ target: TargetOutcomes) {
        self.init(requests: Int(clamping: target.requests))
        self.targetErrors = Int(clamping: target.targetErrors)
        self.badGateway = Int(clamping: target.badGateway)
        self.gatewayTimeout = Int(clamping: target.gatewayTimeout)
        self.cutResponses = Int(clamping: target.cutResponses)
        self.clientAborts = Int(clamping: target.clientAborts)
        self.connectionErrors = Int(clamping: target.connectionErrors)
    }
}
