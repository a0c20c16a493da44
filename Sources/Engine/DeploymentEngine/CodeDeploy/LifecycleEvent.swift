package import Model

/// The lifecycle events of a CodeDeploy ECS deployment. The raw value is AWS's name.
package enum LifecycleEventName: String, Hashable, Sendable, Codable, CaseIterable {
    case beforeInstall = "BeforeInstall"
    case install = "Install"
    case afterInstall = "AfterInstall"
    case allowTestTraffic = "AllowTestTraffic"
    case afterAllowTestTraffic = "AfterAllowTestTraffic"
    case beforeAllowTraffic = "BeforeAllowTraffic"
    case allowTraffic = "AllowTraffic"
    case afterAllowTraffic = "AfterAllowTraffic"

    /// The events of a deployment in their order: eight with a test listener, six without.
    package static func inOrder(withTestListener: Bool) -> [LifecycleEventName] {
        withTestListener
            ? self.allCases : self.allCases.filter { $0 != .allowTestTraffic && $0 != .afterAllowTestTraffic }
    }

    /// Whether an AppSpec may name a function for it.
    package var isHook: Bool {
        switch self {
        case .beforeInstall, .afterInstall, .afterAllowTestTraffic, .beforeAllowTraffic, .afterAllowTraffic: true
        case .install, .allowTestTraffic, .allowTraffic: false
        }
    }
}

/// One entry of `ecsTarget.lifecycleEvents`.
package struct LifecycleEventRecord: Hashable, Sendable, Codable {
    package enum Status: Hashable, Sendable, Codable {
        case pending
        case inProgress(since: Timestamp)
        case succeeded(from: Timestamp, to: Timestamp)
        case failed(from: Timestamp, to: Timestamp, Diagnostics)
        case skipped
    }

    package let name: LifecycleEventName
    package internal(set) var status: Status

    package init(name: LifecycleEventName, status: Status) {
        self.name = name
        self.status = status
    }

    /// The wire's `status`.
    package var statusName: String {
        switch self.status {
        case .pending: "Pending"
        case .inProgress: "InProgress"
        case .succeeded: "Succeeded"
        case .failed: "Failed"
        case .skipped: "Skipped"
        }
    }

    package var startTime: Timestamp? {
        switch self.status {
        case .pending, .skipped: nil
        case .inProgress(let since): since
        case .succeeded(let from, _), .failed(let from, _, _): from
        }
    }

    package var endTime: Timestamp? {
        switch self.status {
        case .pending, .skipped, .inProgress: nil
        case .succeeded(_, let end), .failed(_, let end, _): end
        }
    }

    /// Why the event failed; of a hook that ran only.
    package var diagnostics: Diagnostics? {
        switch self.status {
        case .pending, .inProgress, .succeeded, .skipped: nil
        case .failed(_, _, let diagnostics): diagnostics
        }
    }
}

extension LifecycleEventRecord {
    /// `diagnostics` of a failed event. The raw value of `code` is the wire's `errorCode`.
    package struct Diagnostics: Hashable, Sendable, Codable {
        package enum Code: String, Hashable, Sendable, Codable {
            case scriptFailed = "ScriptFailed"
            case scriptTimedOut = "ScriptTimedOut"
            case scriptMissing = "ScriptMissing"
            case unknownError = "UnknownError"
        }

        package let code: Code
        /// The hook function, or empty where the event runs none.
        package let scriptName: String
        package let message: String
    }
}
