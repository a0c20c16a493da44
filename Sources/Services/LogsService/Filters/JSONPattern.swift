internal import Model

/// `{ $.field = value && … }`: conditions on an event that is a JSON object. Any other event does not match.
package struct JSONPattern: Equatable, Sendable {
    enum Test: Equatable, Sendable {
        case compare(Selector, FilterComparison)
        case isNull(Selector)
        case isBoolean(Selector, Bool)
        case notExists(Selector)
    }

    /// `$.a.b[0]`, from the event's root. A `*` selects any member or element.
    struct Selector: Equatable, Sendable {
        enum Step: Equatable, Sendable {
            case member(String)
            case element(Int)
            case anyMember
            case anyElement
        }

        var steps: [Step]

        var wildcards: Int { self.steps.count { $0 == .anyMember || $0 == .anyElement } }

        /// What it selects: one value at most, unless it has a wildcard.
        func values(in document: JSONValue) -> [JSONValue] {
            self.steps.reduce([document]) { values, step in values.flatMap { Self.select(step, in: $0) } }
        }

        private static func select(_ step: Step, in value: JSONValue) -> [JSONValue] {
            switch step {
            case .member(let name): return value[name].map { [$0] } ?? []
            case .element(let index):
                guard let values = value.array, values.indices.contains(index) else { return [] }
                return [values[index]]
            case .anyMember:
                guard case .object(let members) = value else { return [] }
                return members.map(\.value)
            case .anyElement: return value.array ?? []
            }
        }
    }

    /// Wildcards that a whole pattern may have.
    private static let maximumWildcards = 3

    private let condition: FilterCondition<Test>

    init(_ text: String) throws(FilterPatternError) {
        guard text.hasSuffix("}") else { throw FilterPatternError(reason: "Invalid filter pattern: '}' is missing") }
        var scanner = FilterScanner(text.dropFirst().dropLast())
        var wildcards = 0
        self.condition = try FilterCondition.parse(&scanner) { scanner throws(FilterPatternError) in
            let selector = try Self.selector(&scanner)
            wildcards += selector.wildcards
            guard selector.wildcards <= 1, wildcards <= Self.maximumWildcards else {
                throw scanner.failure("at most one wildcard in a selector and three in a pattern")
            }
            return try Self.test(of: selector, &scanner)
        }
        scanner.skipSpace()
        guard scanner.rest.isEmpty else { throw scanner.failure("unexpected text") }
    }

    func matches(_ message: String) -> Bool {
        // What is no JSON does not match.
        guard let document = try? JSONValue(parsing: message), case .object = document else { return false }
        return self.condition.holds { test in
            switch test {
            case .compare(let selector, let comparison):
                selector.values(in: document).contains { Self.holds(comparison, for: $0) }
            case .isNull(let selector): selector.values(in: document).contains(.null)
            case .isBoolean(let selector, let value): selector.values(in: document).contains(.bool(value))
            case .notExists(let selector): selector.values(in: document).isEmpty
            }
        }
    }

    private static func holds(_ comparison: FilterComparison, for value: JSONValue) -> Bool {
        switch value {
        case .string(let text): comparison.holds(number: nil, text: text)
        case .integer(let value): comparison.holds(number: Double(value), text: String(value))
        case .number(let value): comparison.holds(number: value, text: String(value))
        case .null, .bool, .array, .object: false
        }
    }

    private static func test(
        of selector: Selector, _ scanner: inout FilterScanner
    ) throws(FilterPatternError) -> Test {
        if scanner.takeWord("IS") {
            if scanner.takeWord("NULL") { return .isNull(selector) }
            if scanner.takeWord("TRUE") { return .isBoolean(selector, true) }
            if scanner.takeWord("FALSE") { return .isBoolean(selector, false) }
            throw scanner.failure("IS takes NULL, TRUE or FALSE")
        }
        if scanner.takeWord("NOT") {
            guard scanner.takeWord("EXISTS") else { throw scanner.failure("NOT takes EXISTS") }
            return .notExists(selector)
        }
        guard let comparison = scanner.comparisonOperator() else { throw scanner.failure("an operator is missing") }
        return .compare(selector, FilterComparison(comparison, try scanner.constant(endingAt: ")&|")))
    }

    private static func selector(_ scanner: inout FilterScanner) throws(FilterPatternError) -> Selector {
        guard scanner.take("$") else { throw scanner.failure("a selector begins with '$'") }
        var steps: [Selector.Step] = []
        while true {
            if scanner.rest.hasPrefix(".[") {
                // `$.['a.b']` is another spelling of `$['a.b']`.
                scanner.rest = scanner.rest.dropFirst()
            } else if scanner.rest.hasPrefix(".*") {
                scanner.rest = scanner.rest.dropFirst(2)
                steps.append(.anyMember)
            } else if scanner.rest.first == "." {
                scanner.rest = scanner.rest.dropFirst()
                let name = scanner.takeWhile { $0.isLetter || $0.isNumber || "_-@#".contains($0) }
                guard !name.isEmpty else { throw scanner.failure("a member name is missing") }
                steps.append(.member(name))
            } else if scanner.rest.first == "[" {
                scanner.rest = scanner.rest.dropFirst()
                if scanner.rest.first == "\"" || scanner.rest.first == "'" {
                    steps.append(.member(try scanner.rest.quoted()))
                } else if scanner.take("*") {
                    steps.append(.anyElement)
                } else if let index = Int(scanner.takeWhile(\.isNumber)) {
                    steps.append(.element(index))
                } else {
                    throw scanner.failure("an index is missing")
                }
                guard scanner.take("]") else { throw scanner.failure("']' is missing") }
            } else {
                break
            }
        }
        guard !steps.isEmpty else { throw scanner.failure("a selector names a member") }
        return Selector(steps: steps)
    }
}
