/// A comparison with a constant, as JSON and space-delimited patterns share it.
struct FilterComparison: Equatable, Sendable {
    enum Operator: String, Equatable, Sendable, CaseIterable {
        // The longer spelling comes before its own prefix.
        case notEqual = "!="
        case lessOrEqual = "<="
        case greaterOrEqual = ">="
        case equal = "="
        case less = "<"
        case greater = ">"
    }

    enum Constant: Equatable, Sendable {
        case number(Double)
        /// May hold `*` for any text.
        case text(String)
        case expression(FilterExpression)
    }

    let `operator`: Operator
    let constant: Constant

    func holds(number: Double?, text: String) -> Bool {
        switch self.constant {
        case .number(let constant):
            guard let number else { return self.operator == .notEqual }
            switch self.operator {
            case .equal: return number == constant
            case .notEqual: return number != constant
            case .less: return number < constant
            case .lessOrEqual: return number <= constant
            case .greater: return number > constant
            case .greaterOrEqual: return number >= constant
            }
        case .text(let constant):
            switch self.operator {
            case .equal: return Wildcard.matches(constant, text)
            case .notEqual: return !Wildcard.matches(constant, text)
            case .less, .lessOrEqual, .greater, .greaterOrEqual: return false
            }
        case .expression(let expression):
            return expression.isFound(in: text) == (self.operator == .equal)
        }
    }

    init(_ operator: Operator, _ constant: Constant) {
        self.operator = `operator`
        self.constant = constant
    }
}

/// `*` stands for any text, also none.
enum Wildcard {
    static func matches(_ pattern: String, _ text: String) -> Bool {
        let pattern = Array(pattern.unicodeScalars)
        let text = Array(text.unicodeScalars)
        var (p, t) = (0, 0)
        // Where to go on after the last star took one more character.
        var retry: (p: Int, t: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == "*" {
                retry = (p + 1, t)
                p += 1
            } else if p < pattern.count, pattern[p] == text[t] {
                p += 1
                t += 1
            } else if let last = retry {
                retry = (last.p, last.t + 1)
                (p, t) = (last.p, last.t + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }
}

/// Conditions joined by `&&`, `||` and parentheses; `&&` binds more tightly.
indirect enum FilterCondition<Test: Equatable & Sendable>: Equatable, Sendable {
    case test(Test)
    case all([FilterCondition])
    case any([FilterCondition])

    func holds(_ test: (Test) -> Bool) -> Bool {
        switch self {
        case .test(let value): test(value)
        case .all(let conditions): conditions.allSatisfy { $0.holds(test) }
        case .any(let conditions): conditions.contains { $0.holds(test) }
        }
    }

    static func parse(
        _ scanner: inout FilterScanner, _ test: (inout FilterScanner) throws(FilterPatternError) -> Test
    ) throws(FilterPatternError) -> FilterCondition {
        var alternatives: [FilterCondition] = []
        repeat {
            var conditions: [FilterCondition] = []
            repeat {
                if scanner.take("(") {
                    conditions.append(try Self.parse(&scanner, test))
                    guard scanner.take(")") else { throw scanner.failure("')' is missing") }
                } else {
                    conditions.append(.test(try test(&scanner)))
                }
            } while scanner.take("&&")
            alternatives.append(conditions.count == 1 ? conditions[0] : .all(conditions))
        } while scanner.take("||")
        return alternatives.count == 1 ? alternatives[0] : .any(alternatives)
    }
}

/// Reads a pattern from left to right; white space between its parts does not matter.
struct FilterScanner {
    /// Regular expressions that a JSON or space-delimited pattern may have.
    private static let maximumExpressions = 2

    var rest: Substring
    private var expressions = 0

    init(_ text: some StringProtocol) { self.rest = Substring(text) }

    mutating func skipSpace() { self.rest = self.rest.drop(while: \.isWhitespace) }

    mutating func take(_ token: String) -> Bool {
        self.skipSpace()
        guard self.rest.hasPrefix(token) else { return false }
        self.rest = self.rest.dropFirst(token.count)
        return true
    }

    mutating func takeWord(_ word: String) -> Bool {
        self.skipSpace()
        guard self.rest.prefix(word.count).uppercased() == word,
            self.rest.dropFirst(word.count).first.map({ $0.isLetter || $0.isNumber }) != true
        else { return false }
        self.rest = self.rest.dropFirst(word.count)
        return true
    }

    mutating func takeWhile(_ isWanted: (Character) -> Bool) -> String {
        let taken = self.rest.prefix(while: isWanted)
        self.rest = self.rest.dropFirst(taken.count)
        return String(taken)
    }

    mutating func comparisonOperator() -> FilterComparison.Operator? {
        FilterComparison.Operator.allCases.first { self.take($0.rawValue) }
    }

    /// A number, a quoted text, an expression, or a bare text up to one of the ends.
    mutating func constant(endingAt ends: String) throws(FilterPatternError) -> FilterComparison.Constant {
        self.skipSpace()
        switch self.rest.first {
        case "\"": return .text(try self.rest.quoted())
        case "%":
            self.expressions += 1
            guard self.expressions <= Self.maximumExpressions else {
                throw self.failure("at most two regular expressions")
            }
            return .expression(try FilterExpression(&self.rest))
        default:
            let word = self.takeWhile { !$0.isWhitespace && !ends.contains($0) }
            guard !word.isEmpty else { throw self.failure("a value is missing") }
            return Double(word).map { .number($0) } ?? .text(word)
        }
    }

    func failure(_ reason: String) -> FilterPatternError {
        FilterPatternError(reason: "Invalid filter pattern: \(reason) at '\(self.rest.prefix(20))'")
    }
}
