package import Model
internal import STSAPI
package import Store
package import WireProtocol

/// The operations of AWS STS that Teal serves.
package struct STSHandlers: Sendable {
    let store: Store
    let clock: any WallClock

    package init(store: Store, clock: any WallClock) {
        self.store = store
        self.clock = clock
    }

    package func register(in registry: inout OperationRegistry) {
        registry.register(STS.service, validationErrors: .queryValidationError)
        registry.handle(STS.AssumeRole.self, self.assumeRole)
        registry.handle(STS.GetAccessKeyInfo.self, self.getAccessKeyInfo)
        registry.handle(STS.GetCallerIdentity.self, self.getCallerIdentity)
        registry.handle(STS.GetSessionToken.self, self.getSessionToken)
    }
}

extension ValidationErrors {
    /// `ValidationError` with AWS's sentence, as IAM and STS word it.
    static let queryValidationError = ValidationErrors { _, failures in
        let details = failures.map(\.sentence)
        let count = details.count == 1 ? "1 validation error" : "\(details.count) validation errors"
        return AWSError(code: "ValidationError", message: "\(count) detected: \(details.joined(separator: "; "))")
    }
}
