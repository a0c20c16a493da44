extension SwiftAPI {
    /// The module's files, sorted by name.
    package func rendered() -> [SourceFile] {
        var files = [self.namespaceFile(), self.operationsFile(), self.errorsFile()]
        if !self.enums.isEmpty { files.append(self.enumsFile()) }
        files.append(self.schemasFile())
        files += self.shapeFiles()
        return files.sorted { $0.name < $1.name }
    }

    private static let modelImport = "package import Model"
    private static let wireImport = "package import WireProtocol"

    /// - Parameter isInternal: nothing of the wire layer stands in the file's package interface, as the compiler sees it.
    private func file(_ suffix: String, isInternal: Bool = false, _ body: [String]) -> SourceFile {
        var imports = [isInternal ? "internal import WireProtocol" : Self.wireImport]
        if body.contains(where: { $0.contains(": Timestamp") || $0.contains("[Timestamp") || $0.contains("JSONValue") })
        {
            imports.insert(Self.modelImport, at: 0)
        }
        return SourceFile(name: self.namespace + suffix + ".swift", imports: imports, body: body)
    }

    private func namespaceFile() -> SourceFile {
        let service = self.service
        var body = ["package enum \(self.namespace) {", "    package static let service = ServiceDescription("]
        body.append("        name: \(literal(self.namespace)), signingName: \(literal(service.signingName)), ")
        body[body.count - 1] += "apiVersion: \(literal(service.apiVersion)),"
        body.append("        targetPrefix: \(service.targetPrefix.map(literal) ?? "nil"),")
        body.append("        xmlNamespace: \(service.xmlNamespace.map(literal) ?? "nil"),")
        body.append("        dialects: [\(service.dialects.map { "." + $0 }.joined(separator: ", "))],")
        body.append("        operationNames: [")
        body += wrapped(service.operationNames.map(literal), indent: "            ")
        if !service.unservedPaths.isEmpty {
            body += ["        ],", "        unservedPaths: ["]
            body += service.unservedPaths.map { path in
                "            .init(operation: \(literal(path.operation)), method: \(literal(path.method)), path: \(literal(path.path))),"
            }
        }
        body += [service.isQueryCompatible ? "        ], isQueryCompatible: true)" : "        ])", ""]
        body += [
            "    /// The operations that are generated.",
            "    package static let operations: [any AWSOperation.Type] = [",
        ]
        body += wrapped(self.operations.map { $0.name + ".self" }, indent: "        ")
        body += [
            "    ]", "", "    /// Every generated structure.", "    package static let shapes: [any Shape.Type] = [",
        ]
        body += wrapped(self.structures.map { $0.name + ".self" }, indent: "        ")
        body += ["    ]", "}"]
        return self.file("", body)
    }

    private func operationsFile() -> SourceFile {
        var body = ["extension \(self.namespace) {"]
        for (index, operation) in self.operations.enumerated() {
            if index > 0 { body.append("") }
            body.append("    package enum \(operation.name): AWSOperation {")
            body.append("        package typealias Input = \(operation.input)")
            body.append("        package typealias Output = \(operation.output)")
            body.append("        package static let name = \(literal(operation.name))")
            body.append("        package static var service: ServiceDescription { \(self.namespace).service }")
            if operation.isPlainPost {
                body.append("        package static let http = HTTPBinding()")
            } else {
                body.append("        package static let http = HTTPBinding(")
                body.append(
                    "            method: \(literal(operation.method)), path: \(literal(operation.path)), status: \(operation.status))"
                )
            }
            body.append(
                "        package static let resultWrapper: String? = \(operation.resultWrapper.map(literal) ?? "nil")")
            body.append("    }")
        }
        return self.file("Operations", body + ["}"])
    }

    private func errorsFile() -> SourceFile {
        var body = ["extension \(self.namespace) {", "    package enum Errors {"]
        for (index, error) in self.errors.enumerated() {
            if index > 0 { body.append("") }
            let members = error.members.map { "\(SwiftNames.declared($0.name)): \($0.type)? = \($0.defaultValue)" }
            let parameters = (["_ message: String"] + members).joined(separator: ", ")
            body.append(
                "        package static func \(SwiftNames.declared(error.function))(\(parameters)) -> AWSError {")
            if !error.members.isEmpty {
                body.append("            var members = StructureWriter()")
                for member in error.members {
                    body.append(
                        "            members.set(\(literal(member.wireName)), \(SwiftNames.declared(member.name)))")
                }
            }
            var arguments = "code: \(literal(error.code))"
            if let shape = error.shape { arguments += ", shape: \(literal(shape))" }
            arguments += ", message: message, status: \(error.status)"
            arguments += ", fault: .\(error.isFault ? "receiver" : "sender")"
            if error.members.isEmpty {
                body.append("            AWSError(\(arguments))")
            } else {
                body.append("            return AWSError(\(arguments), members: members.members)")
            }
            body.append("        }")
        }
        return self.file("Errors", body + ["    }", "}"])
    }

    private func enumsFile() -> SourceFile {
        var body = ["extension \(self.namespace) {"]
        for (index, declaration) in self.enums.enumerated() {
            if index > 0 { body.append("") }
            body += declaration.rendered()
        }
        return self.file("Enums", isInternal: true, body + ["}"])
    }

    private func schemasFile() -> SourceFile {
        var body = [
            "extension \(self.namespace) {", "    /// Lists, maps and constrained scalars of the model.",
            "    enum Schemas {",
        ]
        for declaration in self.schemas {
            let name = SwiftNames.declared(declaration.name)
            body.append("        static let \(name): Schema = \(declaration.schema.rendered())")
        }
        return self.file("Schemas", isInternal: true, body + ["    }", "}"])
    }

    private func shapeFiles() -> [SourceFile] {
        let groups = Dictionary(grouping: self.structures) { $0.name.prefix(1).uppercased() }
        return groups.sorted { $0.key < $1.key }.map { letter, structures in
            var body = ["extension \(self.namespace) {"]
            for (index, declaration) in structures.enumerated() {
                if index > 0 { body.append("") }
                body += declaration.rendered()
            }
            return self.file("Shapes\(letter)", body + ["}"])
        }
    }
}

extension EnumDeclaration {
    func rendered() -> [String] {
        var lines = ["    package enum \(self.name): OpenEnum {"]
        let cases = wrapped(
            self.cases.map { SwiftNames.declared($0.name) } + ["unknown(String)"], indent: "             ")
        for (index, line) in cases.enumerated() {
            lines.append(index == 0 ? "        case " + line.drop { $0 == " " } : line)
        }
        lines += ["", "        package static let values = ["]
        lines += wrapped(self.cases.map { literal($0.value) }, indent: "            ")
        lines += ["        ]", "", "        package init(rawValue: String) {", "            switch rawValue {"]
        lines += self.cases.map { "            case \(literal($0.value)): self = .\($0.name)" }
        lines += ["            default: self = .unknown(rawValue)", "            }", "        }", ""]
        lines += ["        package var rawValue: String {", "            switch self {"]
        lines += self.cases.map { "            case .\($0.name): \(literal($0.value))" }
        lines += ["            case .unknown(let value): value", "            }", "        }", "    }"]
        return lines
    }
}
