/// The Swift source of one API module as a value: what the renderer prints.
package struct SwiftAPI: Equatable, Sendable {
    package let namespace: String
    package let service: ServiceDeclaration
    package let operations: [OperationDeclaration]
    package let errors: [ErrorDeclaration]
    package let enums: [EnumDeclaration]
    package let structures: [StructureDeclaration]
    /// Schemas of the named lists, maps and constrained scalars.
    package let schemas: [SchemaDeclaration]
}

package struct ServiceDeclaration: Equatable, Sendable {
    package let signingName: String
    package let apiVersion: String
    package let targetPrefix: String?
    package let xmlNamespace: String?
    /// Cases of `WireDialect`.
    package let dialects: [String]
    package let operationNames: [String]
    /// Operations with a path of their own that are not implemented; empty for protocols without HTTP bindings.
    package let unservedPaths: [UnservedPath]
    /// `awsQueryCompatible` of the model.
    package let isQueryCompatible: Bool

    package struct UnservedPath: Equatable, Sendable {
        package let operation: String
        package let method: String
        package let path: String
    }
}

package struct OperationDeclaration: Equatable, Sendable {
    package let name: String
    package let input: String
    package let output: String
    package let method: String
    package let path: String
    package let status: Int
    package let resultWrapper: String?

    /// An operation of a protocol without HTTP bindings.
    package var isPlainPost: Bool { self.method == "POST" && self.path == "/" && self.status == 200 }
}

package struct ErrorDeclaration: Equatable, Sendable {
    package let function: String
    package let code: String
    /// What the JSON and CBOR protocols of a query-compatible service call it, where that differs.
    package let shape: String?
    package let status: Int
    package let isFault: Bool
    package let members: [Member]

    package struct Member: Equatable, Sendable {
        package let name: String
        package let wireName: String
        package let type: String
        /// Swift source of the default value.
        package let defaultValue: String
    }
}

package struct EnumDeclaration: Equatable, Sendable {
    package let name: String
    package let cases: [Case]

    package struct Case: Equatable, Sendable {
        package let name: String
        package let value: String
    }
}

package struct StructureDeclaration: Equatable, Sendable {
    package let name: String
    /// The shape's name in the model.
    package let shape: String
    package let payload: String?
    /// The payload is not held whole.
    package let isPayloadStreamed: Bool
    package let isUnion: Bool
    package let members: [Member]

    package struct Member: Equatable, Sendable {
        package let name: String
        package let modelName: String
        package let wireName: String?
        package let queryName: String?
        /// A case of `MemberLocation`; `nil` for the body.
        package let location: String?
        /// Required by the model.
        package let isRequired: Bool
        /// Not optional in Swift: required, in a shape that clients send.
        package let isNonOptional: Bool
        package let isIdempotencyToken: Bool
        package let isBlob: Bool
        package let type: String
        package let schema: SchemaExpression
    }
}

package struct SchemaDeclaration: Equatable, Sendable {
    package let name: String
    package let schema: SchemaExpression
}

package indirect enum SchemaExpression: Equatable, Sendable {
    case boolean
    case integer(minimum: Int?, maximum: Int?)
    case double(minimum: Double?, maximum: Double?)
    case string(minimum: Int?, maximum: Int?, pattern: String?)
    case enumeration(String)
    case blob(minimum: Int?, maximum: Int?)
    case timestamp(format: String?)
    case document
    case list(of: SchemaExpression, elementName: String?, flattened: Bool, minimum: Int?, maximum: Int?)
    case map(
        key: SchemaExpression, value: SchemaExpression, keyName: String?, valueName: String?, flattened: Bool,
        minimum: Int?,
        maximum: Int?)
    case structure(String)
    /// A declaration in the namespace's `Schemas`.
    case named(String)
}
