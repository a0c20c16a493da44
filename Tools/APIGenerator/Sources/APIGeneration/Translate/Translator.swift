/// Turns a service model into the declarations of one API module.
package struct Translator {
    private let configuration: GeneratorConfiguration.Service
    private let model: ServiceModel
    /// Shapes that a client sends: their required members are not optional.
    private let inputShapes: Set<String>
    /// Every shape that an implemented operation or an error uses.
    private let usedShapes: [String]
    /// Errors go by the code that the query protocols give them, not by their shape's name.
    private let hasQueryCodes: Bool

    /// - Throws: `Diagnostic` where the configuration names an operation that the model does not have, or two names meet.
    package init(_ configuration: GeneratorConfiguration.Service, _ model: ServiceModel) throws {
        self.configuration = configuration
        self.model = model
        self.hasQueryCodes = !Set(["query", "ec2"]).isDisjoint(with: model.metadata.protocols)
        let known = Set(model.operations.map(\.name))
        for name in configuration.operations where !known.contains(name) {
            throw Diagnostic("\(configuration.namespace).\(name)", "the model has no such operation")
        }
        let operations = model.operations.filter { configuration.operations.contains($0.name) }
        self.inputShapes = try model.reachable(from: operations.compactMap(\.input))
        let errors = model.shapes.values.filter { $0.failure != nil }.flatMap { $0.memberShapes }
        self.usedShapes = try self.inputShapes.union(model.reachable(from: operations.compactMap(\.output) + errors))
            .sorted()
    }

    package func translated() throws -> SwiftAPI {
        let shapes = self.usedShapes.compactMap { self.model.shapes[$0] }.filter { $0.failure == nil }
        let api = SwiftAPI(
            namespace: self.configuration.namespace, service: try self.service(),
            operations: try self.operations(), errors: try self.errors(),
            enums: shapes.filter { !$0.enumValues.isEmpty }.map(self.enumeration),
            structures: try shapes.compactMap(self.structure), schemas: try shapes.compactMap(self.schemaDeclaration))
        try self.checkNames(of: api)
        return api
    }

    private func checkNames(of api: SwiftAPI) throws {
        var taken: Set<String> = [
            "AWSError", "AWSOperation", "Bool", "Dictionary", "Double", "EmptyShape", "Errors", "HTTPBinding", "Int",
            "JSONValue",
            "ListSchema", "MapSchema", "MemberSchema", "OpenEnum", "Schema", "Schemas", "ServiceDescription", "Shape",
            "ShapeMismatch",
            "String", "StringConstraints", "StructureReader", "StructureSchema", "StructureWriter", "Timestamp",
            "UInt8", "WireValue",
        ]
        for name in api.operations.map(\.name) + api.enums.map(\.name) + api.structures.map(\.name) {
            guard taken.insert(name).inserted else { throw Diagnostic("\(api.namespace).\(name)", "the name is taken") }
        }
        var schemas: Set<String> = []
        for name in api.schemas.map(\.name) {
            guard schemas.insert(name).inserted else {
                throw Diagnostic("\(api.namespace).Schemas.\(name)", "the name is taken")
            }
        }
    }

    private func shape(_ name: String) throws -> ServiceModel.Shape {
        guard let shape = self.model.shapes[name] else { throw Diagnostic(name, "the model has no such shape") }
        return shape
    }
}

// MARK: Service and operations

extension Translator {
    private func service() throws -> ServiceDeclaration {
        let metadata = self.model.metadata
        return ServiceDeclaration(
            signingName: metadata.signingName ?? metadata.endpointPrefix, apiVersion: metadata.apiVersion,
            targetPrefix: metadata.targetPrefix, xmlNamespace: metadata.xmlNamespace,
            dialects: try metadata.protocols.map(self.dialect), operationNames: self.model.operations.map(\.name),
            unservedPaths: self.unservedPaths(), isQueryCompatible: metadata.isQueryCompatible)
    }

    private func unservedPaths() -> [ServiceDeclaration.UnservedPath] {
        guard self.model.metadata.protocols.contains(where: { $0.hasPrefix("rest-") }) else { return [] }
        return self.model.operations.filter { !self.configuration.operations.contains($0.name) }.map {
            ServiceDeclaration.UnservedPath(operation: $0.name, method: $0.method, path: $0.path)
        }
    }

    private func dialect(_ name: String) throws -> String {
        switch name {
        case "json": self.model.metadata.jsonVersion == "1.0" ? "awsJSON10" : "awsJSON11"
        case "query": "awsQuery"
        case "ec2": "ec2Query"
        case "rest-json": "restJSON1"
        case "rest-xml": "restXML"
        case "smithy-rpc-v2-cbor": "rpcV2CBOR"
        default: throw Diagnostic(self.configuration.namespace, "protocol \(name) is not known")
        }
    }

    private func operations() throws -> [OperationDeclaration] {
        self.model.operations.filter { self.configuration.operations.contains($0.name) }.map { operation in
            OperationDeclaration(
                name: operation.name, input: operation.input.map(SwiftNames.type) ?? "EmptyShape",
                output: operation.output.map(SwiftNames.type) ?? "EmptyShape", method: operation.method,
                path: operation.path,
                status: operation.status,
                resultWrapper: operation.resultWrapper ?? self.configuration.roots[operation.name])
        }
    }

    private func errors() throws -> [ErrorDeclaration] {
        try self.model.shapes.values.sorted { $0.name < $1.name }.compactMap { shape in
            guard let failure = shape.failure, case .structure(let structure) = shape.kind else { return nil }
            let isFault = failure.isFault
            let code = self.hasQueryCodes ? failure.code ?? shape.name : shape.name
            return ErrorDeclaration(
                function: SwiftNames.member(shape.name), code: code,
                shape: self.model.metadata.isQueryCompatible && code != shape.name ? shape.name : nil,
                status: failure.status ?? (isFault ? 500 : 400), isFault: isFault,
                members: try structure.members.filter { $0.location == nil && $0.name.lowercased() != "message" }.map {
                    member in
                    // Lambda's errors say whose fault they are in the body.
                    let isFaultType = member.name == "Type" && self.model.metadata.protocols.first == "rest-json"
                    return ErrorDeclaration.Member(
                        name: SwiftNames.member(member.name), wireName: member.locationName ?? member.name,
                        type: try self.type(of: member.shape),
                        defaultValue: isFaultType ? (isFault ? "\"Service\"" : "\"User\"") : "nil")
                })
        }
    }
}

// MARK: Shapes

extension Translator {
    private func enumeration(_ shape: ServiceModel.Shape) -> EnumDeclaration {
        var taken: Set<String> = []
        let cases = shape.enumValues.map { value in
            var name = SwiftNames.enumCase(value)
            while !taken.insert(name).inserted { name += "_" }
            return EnumDeclaration.Case(name: name, value: value)
        }
        return EnumDeclaration(name: SwiftNames.type(shape.name), cases: cases)
    }

    private func structure(_ shape: ServiceModel.Shape) throws -> StructureDeclaration? {
        guard case .structure(let structure) = shape.kind else { return nil }
        let isInput = self.inputShapes.contains(shape.name)
        return StructureDeclaration(
            name: SwiftNames.type(shape.name), shape: shape.name, payload: structure.payload,
            isPayloadStreamed: structure.members.contains { $0.name == structure.payload && $0.isStreaming },
            isUnion: structure.isUnion,
            members: try structure.members.map { member in
                let isRequired = structure.required.contains(member.name)
                return StructureDeclaration.Member(
                    name: SwiftNames.member(member.name), modelName: member.name,
                    wireName: member.locationName == member.name ? nil : member.locationName,
                    queryName: member.queryName,
                    location: try self.location(member), isRequired: isRequired, isNonOptional: isRequired && isInput,
                    isIdempotencyToken: member.isIdempotencyToken, isBlob: try self.shape(member.shape).isBlob,
                    type: try self.type(of: member.shape), schema: try self.reference(to: member.shape))
            })
    }

    private func location(_ member: ServiceModel.Member) throws -> String? {
        switch member.location {
        case nil: nil
        case "header": "header"
        case "headers": "headers"
        case "querystring": "query"
        case "uri": "uri"
        case "statusCode": "statusCode"
        case let location?: throw Diagnostic(member.name, "location \(location) is not known")
        }
    }

    private func type(of name: String) throws -> String {
        let shape = try self.shape(name)
        switch shape.kind {
        case .boolean: return "Bool"
        case .integer: return "Int"
        case .double: return "Double"
        case .string: return shape.enumValues.isEmpty ? "String" : SwiftNames.type(name)
        case .blob: return "[UInt8]"
        case .timestamp: return "Timestamp"
        case .document: return "JSONValue"
        case .list(let element, _, _):
            guard try !self.shape(element).isBlob else { throw Diagnostic(name, "lists of blobs are not supported") }
            return "[\(try self.type(of: element))]"
        case .map(_, let value, _, _, _):
            guard try !self.shape(value).isBlob else { throw Diagnostic(name, "maps of blobs are not supported") }
            return "[String: \(try self.type(of: value))]"
        case .structure: return SwiftNames.type(name)
        }
    }
}

// MARK: Schemas

extension Translator {
    /// Lists, maps and whatever has constraints get a declaration; plain scalars, enums and structures need none.
    private func schemaDeclaration(_ shape: ServiceModel.Shape) throws -> SchemaDeclaration? {
        guard case .named(let name) = try self.reference(to: shape.name) else { return nil }
        return SchemaDeclaration(name: name, schema: try self.schema(of: shape))
    }

    private func reference(to name: String) throws -> SchemaExpression {
        let shape = try self.shape(name)
        let hasConstraints = shape.minimum != nil || shape.maximum != nil || shape.pattern != nil
        switch shape.kind {
        case .list, .map: return .named(SwiftNames.member(name))
        case .structure, .document, .boolean: return try self.schema(of: shape)
        case .string where !shape.enumValues.isEmpty: return try self.schema(of: shape)
        case .string, .integer, .double, .blob, .timestamp:
            return hasConstraints ? .named(SwiftNames.member(name)) : try self.schema(of: shape)
        }
    }

    private func schema(of shape: ServiceModel.Shape) throws -> SchemaExpression {
        // The models write the largest long as a bound, which has no exact Double.
        let minimum = shape.minimum.map { Int(exactly: $0) ?? Int.min }
        let maximum = shape.maximum.map { Int(exactly: $0) ?? Int.max }
        switch shape.kind {
        case .boolean: return .boolean
        case .integer: return .integer(minimum: minimum, maximum: maximum)
        case .double: return .double(minimum: shape.minimum, maximum: shape.maximum)
        case .string where !shape.enumValues.isEmpty: return .enumeration(SwiftNames.type(shape.name))
        case .string: return .string(minimum: minimum, maximum: maximum, pattern: shape.pattern)
        case .blob: return .blob(minimum: minimum, maximum: maximum)
        case .timestamp(let format): return .timestamp(format: format)
        case .document: return .document
        case .list(let element, let elementName, let flattened):
            return .list(
                of: try self.reference(to: element), elementName: elementName, flattened: flattened, minimum: minimum,
                maximum: maximum)
        case .map(let key, let value, let keyName, let valueName, let flattened):
            return .map(
                key: try self.reference(to: key), value: try self.reference(to: value), keyName: keyName,
                valueName: valueName,
                flattened: flattened, minimum: minimum, maximum: maximum)
        case .structure: return .structure(SwiftNames.type(shape.name))
        }
    }
}
