package import Model

/// Something in a model or in the configuration that cannot be generated, and where.
package struct Diagnostic: Error, Equatable, CustomStringConvertible, Sendable {
    package let place: String
    package let problem: String

    package init(_ place: String, _ problem: String) {
        self.place = place
        self.problem = problem
    }

    package var description: String { "\(self.place): \(self.problem)" }
}

extension ServiceModel {
    /// - Throws: `Diagnostic` where the text is no service model or uses a type that is not known here.
    package init(parsing json: JSONValue) throws {
        guard let metadata = json["metadata"], let operations = json["operations"], let shapes = json["shapes"] else {
            throw Diagnostic("model", "metadata, operations or shapes are missing")
        }
        self.metadata = try Metadata(parsing: metadata)
        self.operations = try operations.members.map { try Operation(parsing: $0.value, name: $0.name) }
        var parsed: [String: Shape] = [:]
        for member in shapes.members { parsed[member.name] = try Shape(parsing: member.value, name: member.name) }
        self.shapes = parsed
    }
}

extension ServiceModel.Metadata {
    fileprivate init(parsing json: JSONValue) throws {
        guard let apiVersion = json["apiVersion"]?.string, let endpointPrefix = json["endpointPrefix"]?.string,
            let preferred = json["protocol"]?.string
        else { throw Diagnostic("metadata", "apiVersion, endpointPrefix or protocol is missing") }
        self.apiVersion = apiVersion
        self.endpointPrefix = endpointPrefix
        self.signingName = json["signingName"]?.string
        self.protocols = json["protocols"]?.array?.compactMap(\.string) ?? [preferred]
        self.jsonVersion = json["jsonVersion"]?.string
        self.targetPrefix = json["targetPrefix"]?.string
        self.xmlNamespace = json["xmlNamespace"]?.string
        self.isQueryCompatible = json["awsQueryCompatible"] != nil
    }
}

extension ServiceModel.Operation {
    fileprivate init(parsing json: JSONValue, name: String) throws {
        guard let method = json["http"]?["method"]?.string, let path = json["http"]?["requestUri"]?.string else {
            throw Diagnostic(name, "the operation has no HTTP method or path")
        }
        self.name = name
        self.method = method
        self.path = path
        self.status = json["http"]?["responseCode"]?.integer.map { Int($0) } ?? 200
        self.input = json["input"]?["shape"]?.string
        self.output = json["output"]?["shape"]?.string
        self.resultWrapper = json["output"]?["resultWrapper"]?.string
    }
}

extension ServiceModel.Shape {
    fileprivate init(parsing json: JSONValue, name: String) throws {
        self.name = name
        self.kind = try ServiceModel.Kind(parsing: json, shape: name)
        self.minimum = json["min"]?.double
        self.maximum = json["max"]?.double
        self.pattern = json["pattern"]?.string
        self.enumValues = json["enum"]?.array?.compactMap(\.string) ?? []
        if json["exception"]?.bool == true {
            let status = json["error"]?["httpStatusCode"]?.integer.map { Int($0) }
            let isFault =
                json["fault"]?.bool == true || json["error"]?["fault"]?.bool == true || status.map { $0 >= 500 } == true
            self.failure = ServiceModel.Failure(
                code: json["error"]?["code"]?.string, status: status, isFault: isFault)
        } else {
            self.failure = nil
        }
    }
}

extension ServiceModel.Kind {
    fileprivate init(parsing json: JSONValue, shape: String) throws {
        func reference(_ member: String) throws -> String {
            guard let name = json[member]?["shape"]?.string else { throw Diagnostic(shape, "\(member) names no shape") }
            return name
        }
        switch json["type"]?.string {
        case "boolean": self = .boolean
        case "integer", "long": self = .integer
        case "float", "double": self = .double
        case "string", "character": self = .string
        case "blob": self = .blob
        case "timestamp": self = .timestamp(format: json["timestampFormat"]?.string)
        case "list":
            self = .list(
                element: try reference("member"), elementName: json["member"]?["locationName"]?.string,
                flattened: json["flattened"]?.bool ?? false)
        case "map":
            self = .map(
                key: try reference("key"), value: try reference("value"), keyName: json["key"]?["locationName"]?.string,
                valueName: json["value"]?["locationName"]?.string, flattened: json["flattened"]?.bool ?? false)
        case "structure" where json["document"]?.bool == true:
            self = .document
        case "structure":
            self = .structure(
                ServiceModel.Structure(
                    members: try (json["members"]?.members ?? []).map {
                        try ServiceModel.Member(parsing: $0.value, name: $0.name)
                    },
                    required: Set(json["required"]?.array?.compactMap(\.string) ?? []),
                    payload: json["payload"]?.string,
                    isUnion: json["union"]?.bool ?? false))
        case let type:
            throw Diagnostic(shape, "type \(type ?? "nil") is not known")
        }
    }
}

extension ServiceModel.Member {
    fileprivate init(parsing json: JSONValue, name: String) throws {
        guard let shape = json["shape"]?.string else { throw Diagnostic(name, "the member names no shape") }
        self.name = name
        self.shape = shape
        self.locationName = json["locationName"]?.string
        self.queryName = json["queryName"]?.string
        self.location = json["location"]?.string
        self.isIdempotencyToken = json["idempotencyToken"]?.bool ?? false
        self.isStreaming = json["streaming"]?.bool ?? false
    }
}

extension JSONValue {
    /// The members of an object, in its order; none for anything else.
    var members: [Member] {
        guard case .object(let members) = self else { return [] }
        return members
    }

    fileprivate var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .null, .bool, .string, .array, .object: nil
        }
    }
}
