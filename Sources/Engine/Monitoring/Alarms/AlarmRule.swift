/// The rule of a composite alarm: `ALARM(cpu) AND NOT (OK("my alarm") OR FALSE)`.
package indirect enum AlarmRule: Hashable, Sendable {
    case constant(Bool)
    /// Whether an alarm is in a state.
    case state(AlarmState, alarm: String)
    case not(AlarmRule)
    case and(AlarmRule, AlarmRule)
    case or(AlarmRule, AlarmRule)

    /// - Throws: `AlarmRuleError` where the text is no rule.
    package init(parsing text: String) throws(AlarmRuleError) {
        var parser = AlarmRuleParser(text)
        self = try parser.rule()
    }

    /// The alarms that it names, by name or ARN as written; each once, in their order.
    package var alarms: [String] {
        var names: [String] = []
        self.forEachAlarm { name in
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// - Parameter state: of an alarm as the rule names it; `nil` for one that does not exist, which is in no state.
    package func holds(_ state: (String) -> AlarmState?) -> Bool {
        switch self {
        case .constant(let value): value
        case .state(let wanted, let alarm): state(alarm) == wanted
        case .not(let rule): !rule.holds(state)
        case .and(let left, let right): left.holds(state) && right.holds(state)
        case .or(let left, let right): left.holds(state) || right.holds(state)
        }
    }

    private func forEachAlarm(_ body: (String) -> Void) {
        switch self {
        case .constant: break
        case .state(_, let alarm): body(alarm)
        case .not(let rule): rule.forEachAlarm(body)
        case .and(let left, let right), .or(let left, let right):
            left.forEachAlarm(body)
            right.forEachAlarm(body)
        }
    }
}

/// Why a text is no rule, and where.
package struct AlarmRuleError: Error, Equatable, Sendable, CustomStringConvertible {
    package let reason: String
    /// Characters before it.
    package let position: Int

    package var description: String { "\(self.reason) at position \(self.position)" }
}

private struct AlarmRuleParser {
    /// Parentheses and NOTs inside of one another.
    private static let deepest = 100

    private let characters: [Character]
    private var position = 0
    private var depth = 0

    init(_ text: String) { self.characters = Array(text) }

    mutating func rule() throws(AlarmRuleError) -> AlarmRule {
        let rule = try self.disjunction()
        self.skipSpace()
        guard self.position == self.characters.count else { throw self.failure("unexpected text") }
        return rule
    }

    private func failure(_ reason: String) -> AlarmRuleError { AlarmRuleError(reason: reason, position: self.position) }

    private mutating func disjunction() throws(AlarmRuleError) -> AlarmRule {
        var rule = try self.conjunction()
        while self.take(word: "OR") { rule = .or(rule, try self.conjunction()) }
        return rule
    }

    private mutating func conjunction() throws(AlarmRuleError) -> AlarmRule {
        var rule = try self.negation()
        while self.take(word: "AND") { rule = .and(rule, try self.negation()) }
        return rule
    }

    private mutating func negation() throws(AlarmRuleError) -> AlarmRule {
        self.depth += 1
        defer { self.depth -= 1 }
        guard self.depth <= Self.deepest else { throw self.failure("too deeply nested") }
        return self.take(word: "NOT") ? .not(try self.negation()) : try self.primary()
    }

    private mutating func primary() throws(AlarmRuleError) -> AlarmRule {
        if self.take("(") {
            let rule = try self.disjunction()
            guard self.take(")") else { throw self.failure("expected )") }
            return rule
        }
        if self.take(word: "TRUE") { return .constant(true) }
        if self.take(word: "FALSE") { return .constant(false) }
        for state in AlarmState.allCases where self.take(word: state.rawValue) {
            guard self.take("(") else { throw self.failure("expected ( after \(state.rawValue)") }
            let name = try self.name()
            guard self.take(")") else { throw self.failure("expected ) after the name of an alarm") }
            return .state(state, alarm: name)
        }
        throw self.failure("expected ALARM, OK, INSUFFICIENT_DATA, TRUE, FALSE, NOT or (")
    }

    /// A name or ARN; in quotation marks where it holds spaces or parentheses.
    private mutating func name() throws(AlarmRuleError) -> String {
        self.skipSpace()
        var name = ""
        if let quote = self.next, quote == "\"" || quote == "'" {
            self.position += 1
            while let character = self.next, character != quote {
                // A quotation mark inside of a name is escaped.
                if character == "\\", self.position + 1 < self.characters.count { self.position += 1 }
                name.append(self.characters[self.position])
                self.position += 1
            }
            guard self.next == quote else { throw self.failure("unfinished name of an alarm") }
            self.position += 1
        } else {
            while let character = self.next, character != ")", character != "(", !character.isWhitespace {
                name.append(character)
                self.position += 1
            }
        }
        guard !name.isEmpty else { throw self.failure("expected the name of an alarm") }
        return name
    }

    private var next: Character? {
        self.position < self.characters.count ? self.characters[self.position] : nil
    }

    private mutating func skipSpace() {
        while let character = self.next, character.isWhitespace { self.position += 1 }
    }

    private mutating func take(_ character: Character) -> Bool {
        self.skipSpace()
        guard self.next == character else { return false }
        self.position += 1
        return true
    }

    private mutating func take(word: String) -> Bool {
        self.skipSpace()
        let end = self.position + word.count
        guard end <= self.characters.count, String(self.characters[self.position..<end]) == word else { return false }
        if end < self.characters.count {
            let following = self.characters[end]
            guard !following.isLetter, !following.isNumber, following != "_" else { return false }
        }
        self.position = end
        return true
    }
}
