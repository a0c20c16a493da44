internal import ELBv2API
internal import Model
internal import Store
internal import TrafficRouting
internal import WireProtocol

extension ELBv2Handlers {
    /// DescribeTargetHealth: of all targets of the group, or of those named, which may be absent (elbv2.md, section 5).
    func describeTargetHealth(
        _ input: ELBv2.DescribeTargetHealthInput, _ context: RequestContext
    ) async throws -> ELBv2.DescribeTargetHealthOutput {
        let (group, targets, isInUse) = try await self.store.read { snapshot in
            let record = try snapshot.requiredTargetGroup(input.targetGroupArn)
            let isInUse = try !snapshot.loadBalancerARNs(usingTargetGroup: record.arn).isEmpty
            return (try record.shape(), try snapshot.targets(targetGroupARN: record.arn), isInUse)
        }
        let include = input.include ?? []
        let showsAnomalies = include.contains(.anomalyDetection) || include.contains(.all)
        func description(_ reference: TargetReference, _ target: StoredTarget?) -> ELBv2.TargetHealthDescription {
            let health = self.health(of: target, groupIsInUse: isInUse)
            let port = group.healthCheckPort.flatMap(Int.init) ?? reference.port
            return ELBv2.TargetHealthDescription(
                target: ELBv2.TargetDescription(
                    id: reference.id, port: reference.port, availabilityZone: target?.availabilityZone),
                healthCheckPort: String(port), targetHealth: health,
                anomalyDetection: showsAnomalies
                    ? ELBv2.AnomalyDetection(result: .normal, mitigationInEffect: .no) : nil)
        }
        let asked = input.targets ?? []
        guard !asked.isEmpty else {
            return ELBv2.DescribeTargetHealthOutput(
                targetHealthDescriptions: try targets.map { target in
                    try description(
                        TargetReference(ELBv2.TargetDescription(id: target.id, port: target.port), in: group), target)
                })
        }
        return ELBv2.DescribeTargetHealthOutput(
            targetHealthDescriptions: try asked.map { asked in
                let reference = try TargetReference(asked, in: group)
                return description(reference, targets.first { $0.id == reference.id && $0.port == reference.port })
            })
    }

    private func health(of target: StoredTarget?, groupIsInUse: Bool) -> ELBv2.TargetHealth {
        guard let target else {
            return ELBv2.TargetHealth(
                state: .unused, reason: .init(rawValue: "Target.NotRegistered"),
                description: "Target is not registered to the target group")
        }
        if target.drainingUntil != nil { return ELBv2.TargetHealth(.draining) }
        guard groupIsInUse else { return ELBv2.TargetHealth(.notInUse) }
        switch self.board.verdict(on: target) {
        case .notYet: return ELBv2.TargetHealth(.registering)
        case .unavailable:
            return ELBv2.TargetHealth(
                state: .unavailable, reason: .init(rawValue: "Elb.InternalError"),
                description: "Target health is unavailable: the proxy is not connected")
        case .known(let health):
            // The proxy may not have seen yet that the group is in use, or the target registered again.
            switch health {
            case .notInUse, .draining: return ELBv2.TargetHealth(.registering)
            case .registering, .checking, .healthy, .unhealthy: return ELBv2.TargetHealth(health)
            }
        }
    }
}

extension ELBv2.TargetHealth {
    fileprivate init(_ health: TrafficRouting.TargetHealth) {
        self.init(
            state: .init(rawValue: health.state), reason: health.reason.map { .init(rawValue: $0) },
            description: health.description)
    }
}
