internal import CloudWatchAPI
internal import Model
internal import Monitoring
internal import Store
internal import WireProtocol

extension CloudWatchHandlers {
    /// All data of a request are taken, or none.
    func putMetricData(_ input: CloudWatch.PutMetricDataInput, _ context: RequestContext) async throws -> EmptyShape {
        guard !input.namespace.hasPrefix("AWS/") || context.principal.isService else {
            throw CloudWatch.Errors.invalidParameterValueException(
                "The value \(input.namespace) for parameter Namespace is invalid.")
        }
        guard input.entityMetricData?.isEmpty != false else {
            throw CloudWatch.Errors.invalidParameterValueException(
                "The parameter EntityMetricData is not supported: metrics belong to no entities.")
        }
        guard let data = input.metricData, !data.isEmpty else {
            throw CloudWatch.Errors.missingRequiredParameterException("The parameter MetricData is required.")
        }
        guard data.count <= 1000 else {
            throw CloudWatch.Errors.invalidParameterValueException(
                "The collection MetricData must not have a size greater than 1000.")
        }
        let now = self.clock.now()
        let samples = try data.enumerated().map { index, datum in
            try MetricDatumReading(datum: datum, place: "MetricData.member.\(index + 1)")
                .sample(namespace: input.namespace, at: now)
        }
        // A period of a minute lasts less than one where time runs faster: seconds then have to be told apart.
        let minuteTier: MetricTier = self.timeScale.factor > 1 ? .second : .minute
        try await self.metrics.write { transaction in
            try transaction.record(
                samples.compactMap(\.self), region: context.scope.region, minuteTier: minuteTier, at: now)
        }
        return EmptyShape()
    }
}

extension Principal {
    /// One of our own services; no signature can claim that.
    fileprivate var isService: Bool {
        switch self {
        case .service: true
        case .root, .user, .assumedRole: false
        }
    }
}
