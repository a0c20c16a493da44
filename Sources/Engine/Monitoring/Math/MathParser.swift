/// Recursive descent, one method a level of precedence: OR, AND, comparisons, sums, products, sign, power.
struct MathParser {
    /// Parentheses and calls inside of one another.
    private static let deepest = 100

    private let tokens: [MathToken]
    private var position = 0
    private var depth = 0

    init(tokens: [MathToken]) { self.tokens = tokens }

    mutating func expression() throws(MathError) -> MathExpression {
        let expression = try self.disjunction()
        guard self.position == self.tokens.count else { throw self.unexpected() }
        return expression
    }

    private var next: MathToken? { self.position < self.tokens.count ? self.tokens[self.position] : nil }

    private func unexpected() -> MathError {
        switch self.next {
        case nil: MathError("Unexpected end of the expression")
        case .number(let number): MathError("Unexpected number \(number)")
        case .text(let text): MathError("Unexpected text \"\(text)\"")
        case .name(let name): MathError("Unexpected name '\(name)'")
        case .symbol(let symbol): MathError("Unexpected '\(symbol)'")
        }
    }

    private mutating func take(_ symbol: String) -> Bool {
        guard self.next == .symbol(symbol) else { return false }
        self.position += 1
        return true
    }

    private mutating func expect(_ symbol: String) throws(MathError) {
        guard self.take(symbol) else { throw self.unexpected() }
    }

    private mutating func take(word: String, or symbol: String) -> Bool {
        if self.next == .name(word) {
            self.position += 1
            return true
        }
        return self.take(symbol)
    }

    private mutating func disjunction() throws(MathError) -> MathExpression {
        self.depth += 1
        defer { self.depth -= 1 }
        guard self.depth <= Self.deepest else { throw MathError("The expression is too deeply nested") }
        var left = try self.conjunction()
        while self.take(word: "OR", or: "||") { left = .operation(.or, left, try self.conjunction()) }
        return left
    }

    private mutating func conjunction() throws(MathError) -> MathExpression {
        var left = try self.comparison()
        while self.take(word: "AND", or: "&&") { left = .operation(.and, left, try self.comparison()) }
        return left
    }

    private mutating func comparison() throws(MathError) -> MathExpression {
        var left = try self.sum()
        while let sign = self.take([.equal, .notEqual, .less, .greater, .lessOrEqual, .greaterOrEqual]) {
            left = .operation(sign, left, try self.sum())
        }
        return left
    }

    private mutating func sum() throws(MathError) -> MathExpression {
        var left = try self.product()
        while let sign = self.take([.add, .subtract]) { left = .operation(sign, left, try self.product()) }
        return left
    }

    private mutating func product() throws(MathError) -> MathExpression {
        var left = try self.signed()
        while let sign = self.take([.multiply, .divide]) { left = .operation(sign, left, try self.signed()) }
        return left
    }

    private mutating func signed() throws(MathError) -> MathExpression {
        var isNegative = false
        while self.take("-") { isNegative.toggle() }
        let power = try self.power()
        return isNegative ? .negative(power) : power
    }

    /// Binds to the right: `2^3^2` is `2^9`.
    private mutating func power() throws(MathError) -> MathExpression {
        self.depth += 1
        defer { self.depth -= 1 }
        guard self.depth <= 2 * Self.deepest else { throw MathError("The expression is too deeply nested") }
        let base = try self.primary()
        return self.take("^") ? .operation(.power, base, try self.signed()) : base
    }

    private mutating func take(_ signs: [MathOperator]) -> MathOperator? {
        guard case .symbol(let symbol) = self.next, let sign = signs.first(where: { $0.rawValue == symbol }) else {
            return nil
        }
        self.position += 1
        return sign
    }

    private mutating func primary() throws(MathError) -> MathExpression {
        switch self.next {
        case .number(let number):
            self.position += 1
            return .number(number)
        case .text(let text):
            self.position += 1
            return .text(text)
        case .name(let name):
            self.position += 1
            return self.take("(") ? try self.call(name) : .name(name)
        case .symbol("("):
            self.position += 1
            let inner = try self.disjunction()
            try self.expect(")")
            return inner
        case .symbol("["):
            self.position += 1
            return .array(try self.list(until: "]"))
        case .symbol, nil: throw self.unexpected()
        }
    }

    private mutating func call(_ name: String) throws(MathError) -> MathExpression {
        guard let function = MathFunction(rawValue: name) else {
            throw MathError("Function '\(name)' is not supported")
        }
        let arguments = try self.list(until: ")")
        guard function.arity.contains(arguments.count) else {
            throw MathError("Function '\(name)' does not take \(arguments.count) arguments")
        }
        return .call(function, arguments)
    }

    private mutating func list(until end: String) throws(MathError) -> [MathExpression] {
        if self.take(end) { return [] }
        var elements = [try self.disjunction()]
        while self.take(",") { elements.append(try self.disjunction()) }
        try self.expect(end)
        return elements
    }
}
