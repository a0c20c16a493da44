/// What the model says of a shape: enough to read, check and write any value of it. Generated; one description serves
/// every protocol.
package enum Schema: Sendable {
    case boolean
    case integer(ClosedRange<Int>?)
    case double(ClosedRange<Double>?)
    case string(StringConstraints)
    /// Length in bytes.
    case blob(ClosedRange<Int>?)
    case timestamp(TimestampFormat?)
    case list(ListSchema)
    case map(MapSchema)
    case structure(StructureSchema)
    case document

    /// A string without constraints.
    package static let anyString = Schema.string(StringConstraints())
}

package struct StringConstraints: Sendable {
    /// Length in Unicode scalars; `nil` where the model sets none.
    package let length: ClosedRange<Int>?
    /// A regular expression of the model that must match the whole text.
    package let pattern: String?
    /// The allowed values of an enum; empty for a plain string.
    package let values: [String]

    package init(length: ClosedRange<Int>? = nil, pattern: String? = nil, values: [String] = []) {
        self.length = length
        self.pattern = pattern
        self.values = values
    }
}

package enum TimestampFormat: Sendable {
    case epochSeconds
    case iso8601
    case httpDate
}

package struct ListSchema: Sendable {
    package let element: @Sendable () -> Schema
    /// `member` unless the model renames it.
    package let elementName: String
    package let flattened: Bool
    /// Number of elements.
    package let length: ClosedRange<Int>?

    package init(
        of element: @escaping @Sendable @autoclosure () -> Schema, named elementName: String = "member",
        flattened: Bool = false,
        length: ClosedRange<Int>? = nil
    ) {
        self.element = element
        self.elementName = elementName
        self.flattened = flattened
        self.length = length
    }
}

package struct MapSchema: Sendable {
    package let key: @Sendable () -> Schema
    package let value: @Sendable () -> Schema
    package let keyName: String
    package let valueName: String
    package let flattened: Bool
    /// Number of entries.
    package let length: ClosedRange<Int>?

    package init(
        from key: @escaping @Sendable @autoclosure () -> Schema,
        to value: @escaping @Sendable @autoclosure () -> Schema,
        keyName: String = "key", valueName: String = "value", flattened: Bool = false, length: ClosedRange<Int>? = nil
    ) {
        self.key = key
        self.value = value
        self.keyName = keyName
        self.valueName = valueName
        self.flattened = flattened
        self.length = length
    }
}

/// A structure of the model. A class, so that shapes that contain themselves can be described.
package final class StructureSchema: Sendable {
    package let name: String
    package let members: [MemberSchema]
    /// The member that is the whole body (restJson1, restXml), if any.
    package let payload: String?
    /// The payload is bytes that are not held whole: they travel beside the value (`RequestContext.payload`, `ReplyStream`).
    package let isPayloadStreamed: Bool
    /// Exactly one member is set.
    package let isUnion: Bool

    package init(
        _ name: String, payload: String? = nil, isPayloadStreamed: Bool = false, isUnion: Bool = false,
        members: [MemberSchema] = []
    ) {
        self.name = name
        self.members = members
        self.payload = payload
        self.isPayloadStreamed = isPayloadStreamed
        self.isUnion = isUnion
    }
}

package struct MemberSchema: Sendable {
    package let name: String
    /// The name on the wire (`locationName`); the member's own name unless the model says otherwise.
    package let wireName: String
    /// ec2Query's `queryName`, where it differs.
    package let queryName: String?
    package let location: MemberLocation
    package let isRequired: Bool
    /// A client token that is made up when absent.
    package let isIdempotencyToken: Bool
    package let schema: @Sendable () -> Schema

    package init(
        _ name: String, _ schema: @escaping @Sendable @autoclosure () -> Schema, wireName: String? = nil,
        queryName: String? = nil,
        location: MemberLocation = .body, required: Bool = false, idempotencyToken: Bool = false
    ) {
        self.name = name
        self.wireName = wireName ?? name
        self.queryName = queryName
        self.location = location
        self.isRequired = required
        self.isIdempotencyToken = idempotencyToken
        self.schema = schema
    }
}

/// Where a member travels (restJson1 and restXml; `body` everywhere else).
package enum MemberLocation: Sendable {
    case body
    case header
    /// A map whose keys become header names behind this prefix.
    case headers
    case query
    case uri
    case statusCode
}
