internal import CloudWatchAPI
package import Model
package import WireProtocol

extension AWSClient {
    /// Tells CloudWatch, in as many calls as its limits ask for (PutMetricData: 1000 metrics a call, 150 values a metric).
    /// - Parameters:
    ///   - namespace: `AWS/…`.
    ///   - moment: the start of the interval that the samples are about.
    /// - Throws: what the first call that fails throws; those before it have been told.
    package func publish(_ samples: [MetricSample], in namespace: String, at moment: Timestamp) async throws {
        let data = samples.flatMap { CloudWatch.MetricDatum.data(of: $0, at: moment) }
        for start in stride(from: 0, to: data.count, by: CloudWatch.MetricDatum.limitOfCall) {
            let end = min(start + CloudWatch.MetricDatum.limitOfCall, data.count)
            _ = try await self.call(
                CloudWatch.PutMetricData.self, .init(namespace: namespace, metricData: Array(data[start..<end])))
        }
    }
}

extension CloudWatch.MetricDatum {
    fileprivate static let limitOfCall = 1000
    private static let limitOfValues = 150

    fileprivate static func data(of sample: MetricSample, at moment: Timestamp) -> [CloudWatch.MetricDatum] {
        let datum = CloudWatch.MetricDatum(
            metricName: sample.name, dimensions: sample.dimensions.map { .init(name: $0.name, value: $0.value) },
            timestamp: moment, unit: .init(rawValue: sample.unit.rawValue))
        switch sample.measure {
        case .single(let value):
            var datum = datum
            datum.value = value
            return [datum]
        case .distribution(let values):
            return stride(from: 0, to: values.count, by: Self.limitOfValues).map { start in
                let part = values[start..<min(start + Self.limitOfValues, values.count)]
                var datum = datum
                datum.values = part.map(\.value)
                datum.counts = part.map(\.count)
                return datum
            }
        }
    }
}
