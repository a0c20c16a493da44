internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension ELBv2Handlers {
    /// ModifyTargetGroup: health check settings only.
    func modifyTargetGroup(
        _ input: ELBv2.ModifyTargetGroupInput, _ context: RequestContext
    ) async throws -> ELBv2.ModifyTargetGroupOutput {
        let (shape, generation) = try await self.store.write { transaction in
            var record = try transaction.requiredTargetGroup(input.targetGroupArn)
            var shape = try record.shape()
            try HealthCheckChange(
                protocol: input.healthCheckProtocol, port: input.healthCheckPort, path: input.healthCheckPath,
                enabled: input.healthCheckEnabled, interval: input.healthCheckIntervalSeconds,
                timeout: input.healthCheckTimeoutSeconds, healthyThreshold: input.healthyThresholdCount,
                unhealthyThreshold: input.unhealthyThresholdCount, matcher: input.matcher
            ).apply(to: &shape)
            record.body = StoredShape.encode(shape)
            try transaction.update(record)
            return (try record.shape(in: transaction), try transaction.routingChanged())
        }
        await self.publisher.publish(generation, context)
        return ELBv2.ModifyTargetGroupOutput(targetGroups: [shape])
    }
}
