extension TargetGroupCounters {
    package mutating func add(_ other: TargetGroupCounters) {
        self.combine(other, +)
        self.outcomes.add(other.outcomes)
        self.active += other.active
        self.openConnections += other.openConnections
        self.latency.add(other.latency)
    }

    /// What has been counted since `earlier`; what is open or in flight is as now, and so are `outcomes`. Where less is counted than earlier,
    /// counting has begun again from 0: the proxy had forgotten the group for a while.
    package func since(_ earlier: TargetGroupCounters) -> TargetGroupCounters {
        guard earlier.requests <= self.requests else { return self }
        var change = self
        change.combine(earlier) { $0 - min($0, $1) }
        change.latency = self.latency.since(earlier.latency)
        return change
    }

    private mutating func combine(_ other: TargetGroupCounters, _ operation: (UInt64, UInt64) -> UInt64) {
        self.requests = operation(self.requests, other.requests)
        for index in self.targetStatus.indices {
            self.targetStatus[index] = operation(self.targetStatus[index], other.targetStatus[index])
        }
        self.connectionErrors = operation(self.connectionErrors, other.connectionErrors)
        self.cutResponses = operation(self.cutResponses, other.cutResponses)
        self.failOpenRequests = operation(self.failOpenRequests, other.failOpenRequests)
        self.connections = operation(self.connections, other.connections)
    }
}

extension LoadBalancerCounters {
    package mutating func add(_ other: LoadBalancerCounters) {
        self.combine(other, +)
        self.activeConnections += other.activeConnections
    }

    /// As of a target group.
    package func since(_ earlier: LoadBalancerCounters) -> LoadBalancerCounters {
        guard earlier.requests <= self.requests else { return self }
        var change = self
        change.combine(earlier) { $0 - min($0, $1) }
        return change
    }

    private mutating func combine(_ other: LoadBalancerCounters, _ operation: (UInt64, UInt64) -> UInt64) {
        self.requests = operation(self.requests, other.requests)
        for index in self.madeStatus.indices {
            self.madeStatus[index] = operation(self.madeStatus[index], other.madeStatus[index])
        }
        self.internalErrors = operation(self.internalErrors, other.internalErrors)
        self.badGateway = operation(self.badGateway, other.badGateway)
        self.serviceUnavailable = operation(self.serviceUnavailable, other.serviceUnavailable)
        self.gatewayTimeout = operation(self.gatewayTimeout, other.gatewayTimeout)
        self.redirects = operation(self.redirects, other.redirects)
        self.fixedResponses = operation(self.fixedResponses, other.fixedResponses)
        self.requestsByIPv6 = operation(self.requestsByIPv6, other.requestsByIPv6)
        self.nonCompliantRequests = operation(self.nonCompliantRequests, other.nonCompliantRequests)
        self.ruleEvaluations = operation(self.ruleEvaluations, other.ruleEvaluations)
        self.connections = operation(self.connections, other.connections)
        self.bytesReceived = operation(self.bytesReceived, other.bytesReceived)
        self.bytesSent = operation(self.bytesSent, other.bytesSent)
    }
}
