internal import Model

/// `{ $.field = value && … }`: conditions on an event that is a JSON object. Any other event does not match.
package struct JSONPattern: Equatable, Sendable {
    enum Test: Equatable, Sendable {
        case compare(Selector, FilterComparison)
        case isNull(Selector)
        case isBoolean(Selector, Bool)
        case notExists(Selector)
    }

    /// `$.a.b[0]`, from the event's root.
    struct Selector: Equatable, Sendable {
        enum Step: Equatable, Sendable {
            case member(String)
            case element(Int)
        }

        var steps: [Step]

        func value(in document: JSONValue) -> JSONValue? {
            var current: JSONValue? = document
            for step in self.steps {
                switch step {
                case .member(let name): current = current?[name]
                case .element(let index):
                    guard let values = current?.array, values.indices.contains(index) else { return nil }
                    current = values[index]
                }
            }
            return current
        }
    }

    private let condition: FilterCondition<Test>

    init(_ text: String) throws(FilterPatternError) {
        guard text.hasSuffix("}") else { throw FilterPatternError(reason: "Invalid filter pattern: '}' is missing") }
        var scanner = FilterScanner(text.dropFirst().dropLast())
        self.condition = try FilterCondition.parse(&scanner) { scanner throws(FilterPatternError) in
            try Self.test(&scanner)
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
                switch selector.value(in: document) {
                case .string(let text)?: comparison.holds(number: nil, text: text)
                case .integer(let value)?: comparison.holds(number: Double(value), text: String(value))
                case .number(let value)?: comparison.holds(number: value, text: String(value))
                case .null?, .bool?, .array?, .object?, nil: false
                }
            case .isNull(let selector): selector.value(in: document) == .null
            case .isBoolean(let selector, let value): selector.value(in: document) == .bool(value)
            case .notExists(let selector): selector.value(in: document) == nil
            }
        }
    }

    private static func test(_ scanner: inout FilterScanner) throws(FilterPatternError) -> Test {
        let selector = try Self.selector(&scanner)
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
            if scanner.rest.first == "." {
                scanner.rest = scanner.rest.dropFirst()
                let name = scanner.takeWhile { $0.isLetter || $0.isNumber || "_-@#".contains($0) }
                guard !name.isEmpty else { throw scanner.failure("a member name is missing") }
                steps.append(.member(name))
            } else if scanner.rest.first == "[" {
                scanner.rest = scanner.rest.dropFirst()
                if scanner.rest.first == "\"" {
                    steps.append(.member(try scanner.rest.quoted()))
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
