extension StructureDeclaration {
    func rendered() -> [String] {
        var lines = ["    package struct \(self.name): Shape {"]
        lines += self.members.map { "        package var \(SwiftNames.declared($0.name)): \($0.swiftType)" }
        if !self.members.isEmpty { lines.append("") }
        lines += self.memberwiseInit() + [""] + self.schema() + [""] + self.reading() + [""] + self.writing()
        return lines + ["    }"]
    }

    private func memberwiseInit() -> [String] {
        guard !self.members.isEmpty else { return ["        package init() {}"] }
        let parameters = self.members.map { member in
            "\(SwiftNames.declared(member.name)): \(member.swiftType)\(member.isNonOptional ? "" : " = nil")"
        }
        var lines = ["        package init("]
        lines += wrapped(parameters, indent: "            ")
        lines.append("        ) {")
        lines += self.members.map { "            self.\($0.name) = \(SwiftNames.declared($0.name))" }
        return lines + ["        }"]
    }

    private func schema() -> [String] {
        var head = "        package static let schema = StructureSchema(\(literal(self.shape))"
        if let payload { head += ", payload: \(literal(payload))" }
        if self.isPayloadStreamed { head += ", isPayloadStreamed: true" }
        if self.isUnion { head += ", isUnion: true" }
        guard !self.members.isEmpty else { return [head + ")"] }
        var lines = [head + ", members: ["]
        lines += self.members.map { "            \($0.schemaSource())," }
        return lines + ["        ])"]
    }

    private func reading() -> [String] {
        let head = "        package init(wire value: WireValue) throws(ShapeMismatch) {"
        guard !self.members.isEmpty else {
            return [head, "            _ = try StructureReader(value, \(literal(self.shape)))", "        }"]
        }
        var lines = [head, "            let members = try StructureReader(value, \(literal(self.shape)))"]
        lines += self.members.map { member in
            let function =
                switch (member.isBlob, member.isNonOptional) {
                case (false, false): "optional"
                case (false, true): "required"
                case (true, false): "optionalBlob"
                case (true, true): "requiredBlob"
                }
            return "            self.\(member.name) = try members.\(function)(\(literal(member.modelName)))"
        }
        return lines + ["        }"]
    }

    private func writing() -> [String] {
        let head = "        package var wireValue: WireValue {"
        guard !self.members.isEmpty else { return [head, "            .structure([:])", "        }"] }
        var lines = [head, "            var members = StructureWriter()"]
        lines += self.members.map { member in
            "            members.\(member.isBlob ? "setBlob" : "set")(\(literal(member.modelName)), self.\(member.name))"
        }
        return lines + ["            return members.value", "        }"]
    }
}

extension StructureDeclaration.Member {
    fileprivate var swiftType: String { self.isNonOptional ? self.type : self.type + "?" }

    fileprivate func schemaSource() -> String {
        var source = "MemberSchema(\(literal(self.modelName)), \(self.schema.rendered())"
        if let wireName { source += ", wireName: \(literal(wireName))" }
        if let queryName { source += ", queryName: \(literal(queryName))" }
        if let location { source += ", location: .\(location)" }
        if self.isRequired { source += ", required: true" }
        if self.isIdempotencyToken { source += ", idempotencyToken: true" }
        return source + ")"
    }
}
