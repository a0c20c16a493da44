/// A generated enum of an AWS model. A value that the model does not list is kept in the case `unknown(String)`.
package protocol OpenEnum: WireRepresentable, RawRepresentable, Hashable, CustomStringConvertible
where RawValue == String {
    /// The values of the model, in its order.
    static var values: [String] { get }
    init(rawValue: String)
}

extension OpenEnum {
    package static var schema: Schema { .string(StringConstraints(values: self.values)) }

    package var description: String { self.rawValue }

    package init(wire value: WireValue) throws(ShapeMismatch) {
        self.init(rawValue: try String(wire: value))
    }

    package var wireValue: WireValue { .string(self.rawValue) }
}
