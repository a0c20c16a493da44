package import Logging
internal import LogsAPI
package import Model
package import ServiceLifecycle
package import Store
package import WireProtocol

/// The CloudWatch Logs API.
package struct LogsHandlers: Sendable {
    let store: LogStore
    let clock: any WallClock
    private let logger: Logger

    package init(store: LogStore, clock: any WallClock, logger: Logger) {
        self.store = store
        self.clock = clock
        self.logger = logger
    }

    package var services: [any Service] {
        [RetentionController(store: self.store, clock: self.clock, logger: self.logger)]
    }

    package func register(in registry: inout OperationRegistry) {
        registry.register(Logs.service, validationErrors: .logs)
        registry.handle(Logs.CreateLogGroup.self, self.createLogGroup)
        registry.handle(Logs.DeleteLogGroup.self, self.deleteLogGroup)
        registry.handle(Logs.DescribeLogGroups.self, self.describeLogGroups)
        registry.handle(Logs.PutRetentionPolicy.self, self.putRetentionPolicy)
        registry.handle(Logs.DeleteRetentionPolicy.self, self.deleteRetentionPolicy)
        registry.handle(Logs.CreateLogStream.self, self.createLogStream)
        registry.handle(Logs.DeleteLogStream.self, self.deleteLogStream)
        registry.handle(Logs.DescribeLogStreams.self, self.describeLogStreams)
        registry.handle(Logs.PutLogEvents.self, self.putLogEvents)
        registry.handle(Logs.GetLogEvents.self, self.getLogEvents)
        registry.handle(Logs.FilterLogEvents.self, self.filterLogEvents)
        registry.handle(Logs.ListTagsForResource.self, self.listTagsForResource)
        registry.handle(Logs.TagResource.self, self.tagResource)
        registry.handle(Logs.UntagResource.self, self.untagResource)
        registry.handle(Logs.ListTagsLogGroup.self, self.listTagsLogGroup)
        registry.handle(Logs.TagLogGroup.self, self.tagLogGroup)
        registry.handle(Logs.UntagLogGroup.self, self.untagLogGroup)
    }
}

extension ValidationErrors {
    /// Logs words every broken input as an `InvalidParameterException`.
    static let logs = ValidationErrors { _, failures in
        let count = failures.count == 1 ? "1 validation error" : "\(failures.count) validation errors"
        return Logs.Errors.invalidParameterException(
            "\(count) detected: " + failures.map(\.sentence).joined(separator: "; "))
    }
}
