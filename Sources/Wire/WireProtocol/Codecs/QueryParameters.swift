/// The parameters of a query request as the tree that their dots describe: `A.member.1.B=x`.
struct QueryParameters {
    private(set) var value: String?
    private(set) var children: [String: QueryParameters] = [:]

    init() {}

    /// No shape nests as deep: what does is no parameter of ours, and the tree is walked recursively.
    private static let maximumDepth = 64

    init(form: String) {
        for (name, value) in PercentEncoding.pairs(form, plusIsSpace: true) {
            let path = name.utf8.split(
                separator: UInt8(ascii: "."), maxSplits: Self.maximumDepth, omittingEmptySubsequences: false)
            if path.count <= Self.maximumDepth { self.insert(path[...], value) }
        }
    }

    private mutating func insert(_ path: ArraySlice<Substring.UTF8View>, _ value: String) {
        guard let first = path.first else {
            self.value = value
            return
        }
        self.children[String(Substring(first)), default: QueryParameters()].insert(path.dropFirst(), value)
    }

    /// The children with numeric names, by number: clients send `member.10` before `member.2`.
    var elements: [QueryParameters] {
        self.children.compactMap { name, child in Int(name).map { ($0, child) } }.sorted { $0.0 < $1.0 }.map(\.1)
    }
}

/// How the two query protocols name parameters.
enum QueryStyle: Sendable {
    /// Lists are `A.member.1`, unless flattened.
    case awsQuery
    /// Every list is `A.1`; names begin in upper case.
    case ec2Query

    func name(of member: MemberSchema) -> String {
        if let name = member.queryName { return name }
        switch self {
        case .awsQuery: return member.wireName
        case .ec2Query: return member.wireName.prefix(1).uppercased() + member.wireName.dropFirst()
        }
    }

    /// Whether a list's elements stand right below its own name.
    func isFlat(_ list: ListSchema) -> Bool {
        switch self {
        case .awsQuery: list.flattened
        case .ec2Query: true
        }
    }
}

extension QueryParameters {
    /// Reads the members of `structure`; unknown parameters are ignored.
    /// - Parameter failures: members whose text is not of their type.
    func structure(
        _ structure: StructureSchema, at path: String, style: QueryStyle = .awsQuery,
        _ failures: inout [ValidationFailure]
    ) -> WireValue {
        var members = WireMembers()
        for member in structure.members {
            guard let child = self.children[style.name(of: member)] else { continue }
            let memberPath = path.isEmpty ? member.wireName : "\(path).\(member.wireName)"
            members[member.name] = child.value(as: member.schema(), at: memberPath, style, &failures)
        }
        return .structure(members)
    }

    /// `nil` where the parameter counts as absent: an empty text for anything but a plain string.
    private func value(
        as schema: Schema, at path: String, _ style: QueryStyle, _ failures: inout [ValidationFailure]
    ) -> WireValue? {
        switch schema {
        case .structure(let structure): return self.structure(structure, at: path, style: style, &failures)
        case .list(let list): return .list(self.list(list, at: path, style, &failures))
        case .map(let map): return .map(self.map(map, at: path, style, &failures))
        case .string(let constraints):
            guard let value = self.value, !value.isEmpty || constraints.values.isEmpty else { return nil }
            return .string(value)
        case .boolean, .integer, .double, .blob, .timestamp, .document:
            guard let value = self.value, !value.isEmpty else { return nil }
            guard let scalar = TextualScalar.value(value, as: schema) else {
                failures.append(
                    ValidationFailure(
                        path: path, reason: .wrongType(expected: TextualScalar.kind(of: schema)), value: value))
                return nil
            }
            return scalar
        }
    }

    private func list(
        _ list: ListSchema, at path: String, _ style: QueryStyle, _ failures: inout [ValidationFailure]
    ) -> [WireValue] {
        let parent = style.isFlat(list) ? self : self.children[list.elementName] ?? self.children["member"] ?? self
        return parent.elements.enumerated().compactMap { index, element in
            element.value(as: list.element(), at: "\(path).member.\(index + 1)", style, &failures)
        }
    }

    private func map(
        _ map: MapSchema, at path: String, _ style: QueryStyle, _ failures: inout [ValidationFailure]
    ) -> [(key: String, value: WireValue)] {
        let parent = map.flattened ? self : self.children["entry"] ?? self
        return parent.elements.enumerated().compactMap { index, entry in
            guard let key = entry.children[map.keyName]?.value,
                let value = entry.children[map.valueName]?.value(
                    as: map.value(), at: "\(path).entry.\(index + 1).value", style, &failures)
            else { return nil }
            return (key, value)
        }
    }
}
