package import Model

/// One event of a function's log: what it wrote, or what the platform says of it.
package struct FunctionLogEvent: Equatable, Sendable {
    package let scope: Scope
    package let logGroup: String
    package let logStream: String
    package let time: Timestamp
    package let message: String
}
