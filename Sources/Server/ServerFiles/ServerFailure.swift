/// Why the server cannot start or go on; shown to the operator as it is.
package struct ServerFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
