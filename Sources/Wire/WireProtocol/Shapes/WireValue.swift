package import Model

/// The value of a shape between the wire and its Swift type. Protocol codecs read bytes into it and write bytes from it,
/// led by a `Schema`; validation walks it; generated types convert to and from it.
package enum WireValue: Equatable, Sendable {
    case boolean(Bool)
    case integer(Int)
    case double(Double)
    case string(String)
    case blob([UInt8])
    case timestamp(Timestamp)
    case list([WireValue])
    /// In the order of the wire.
    case map([(key: String, value: WireValue)])
    /// By member name of the model (never the wire name). Absent members are absent.
    case structure(WireMembers)
    /// A Smithy document: any JSON value.
    case document(JSONValue)

    package static func == (left: WireValue, right: WireValue) -> Bool {
        switch (left, right) {
        case (.boolean(let left), .boolean(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.double(let left), .double(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.blob(let left), .blob(let right)): left == right
        case (.timestamp(let left), .timestamp(let right)): left == right
        case (.list(let left), .list(let right)): left == right
        case (.map(let left), .map(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.key == $1.key && $0.value == $1.value }
        case (.structure(let left), .structure(let right)): left == right
        case (.document(let left), .document(let right)): left == right
        case (.boolean, _), (.integer, _), (.double, _), (.string, _), (.blob, _), (.timestamp, _), (.list, _),
            (.map, _),
            (.structure, _), (.document, _):
            false
        }
    }
}
