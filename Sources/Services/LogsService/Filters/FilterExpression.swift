/// A regular expression between percent signs: literals, classes, `.`, `* + ? {m,n}`, anchors and alternation, and the
/// escapes `\d \D \s \S \w \W \xhh`. As on AWS there are no groups, and symbols that it does not list are refused.
/// Matching takes time proportional to text and expression, whatever the expression is.
package struct FilterExpression: Equatable, Sendable {
    private indirect enum Node: Equatable, Sendable {
        case set(CharacterSet)
        case start
        case end
        case sequence([Node])
        case choice([Node])
        case optional(Node)
        case star(Node)
        case plus(Node)
    }

    private struct CharacterSet: Equatable, Sendable {
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        var isNegated = false

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            self.ranges.contains { $0.contains(scalar) } != self.isNegated
        }
    }

    private enum Instruction: Equatable, Sendable {
        case set(CharacterSet)
        case start
        case end
        case split(Int, Int)
        case jump(Int)
        case match
    }

    private static let operators: Set<Character> = ["^", "$", "?", "[", "{", "}", "|", "*", "+", "."]
    private static let symbols: Set<Character> = [":", "_", "#", "=", "@", "/", ";", ",", "-", " "]
    /// Repetitions are written out, so this bounds them too.
    private static let maximumLength = 2_000

    private let program: [Instruction]

    /// Reads `%…%` from the start of `rest`.
    init(_ rest: inout Substring) throws(FilterPatternError) {
        var source = rest.dropFirst()
        let node = try Self.choice(&source)
        guard source.first == "%" else {
            throw FilterPatternError(reason: "Invalid regular expression in filter pattern")
        }
        rest = source.dropFirst()
        var program: [Instruction] = []
        Self.compile(node, into: &program)
        program.append(.match)
        guard program.count <= Self.maximumLength else {
            throw FilterPatternError(reason: "The regular expression is too long")
        }
        self.program = program
    }

    /// Whether the expression matches anywhere in the text.
    func isFound(in text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        var threads: Set<Int> = []
        for position in 0...scalars.count {
            var next: Set<Int> = []
            var pending = Array(threads) + [0]
            var seen: Set<Int> = []
            while let index = pending.popLast() {
                guard seen.insert(index).inserted else { continue }
                switch self.program[index] {
                case .match: return true
                case .jump(let target): pending.append(target)
                case .split(let left, let right): pending += [left, right]
                case .start: if position == 0 { pending.append(index + 1) }
                case .end: if position == scalars.count { pending.append(index + 1) }
                case .set(let set):
                    if position < scalars.count, set.contains(scalars[position]) { next.insert(index + 1) }
                }
            }
            threads = next
        }
        return false
    }

    private static func compile(_ node: Node, into program: inout [Instruction]) {
        switch node {
        case .set(let set): program.append(.set(set))
        case .start: program.append(.start)
        case .end: program.append(.end)
        case .sequence(let nodes): for node in nodes { Self.compile(node, into: &program) }
        case .choice(let nodes):
            var exits: [Int] = []
            for (index, node) in nodes.enumerated() {
                guard index < nodes.count - 1 else {
                    Self.compile(node, into: &program)
                    break
                }
                let split = program.count
                program.append(.jump(0))
                Self.compile(node, into: &program)
                exits.append(program.count)
                program.append(.jump(0))
                program[split] = .split(split + 1, program.count)
            }
            for exit in exits { program[exit] = .jump(program.count) }
        case .optional(let node):
            let split = program.count
            program.append(.jump(0))
            Self.compile(node, into: &program)
            program[split] = .split(split + 1, program.count)
        case .star(let node):
            let split = program.count
            program.append(.jump(0))
            Self.compile(node, into: &program)
            program.append(.jump(split))
            program[split] = .split(split + 1, program.count)
        case .plus(let node):
            let start = program.count
            Self.compile(node, into: &program)
            program.append(.split(start, program.count + 1))
        }
    }

    private static func choice(_ source: inout Substring) throws(FilterPatternError) -> Node {
        var branches: [Node] = [try Self.sequence(&source)]
        while source.first == "|" {
            source = source.dropFirst()
            branches.append(try Self.sequence(&source))
        }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private static func sequence(_ source: inout Substring) throws(FilterPatternError) -> Node {
        var nodes: [Node] = []
        while let character = source.first, character != "|", character != "%" {
            nodes.append(try Self.repeated(try Self.atom(&source), &source))
        }
        return .sequence(nodes)
    }

    /// The node with the sign of repetition that follows, if any.
    private static func repeated(_ node: Node, _ source: inout Substring) throws(FilterPatternError) -> Node {
        let repeated: Node
        switch source.first {
        case "*": repeated = .star(node)
        case "+": repeated = .plus(node)
        case "?": repeated = .optional(node)
        case "{":
            let (least, most) = try Self.bounds(&source)
            let required = Array(repeating: node, count: least)
            let rest = most.map { Array(repeating: Node.optional(node), count: $0 - least) } ?? [.star(node)]
            return .sequence(required + rest)
        default: return node
        }
        source = source.dropFirst()
        return repeated
    }

    /// Reads `{m}`, `{m,n}`, `{m,}` or `{,n}`; spaces do not matter.
    private static func bounds(_ source: inout Substring) throws(FilterPatternError) -> (least: Int, most: Int?) {
        let invalid = FilterPatternError(reason: "Invalid repetition in regular expression")
        guard let end = source.firstIndex(of: "}") else { throw invalid }
        let parts = source[source.index(after: source.startIndex)..<end].split(
            separator: ",", omittingEmptySubsequences: false
        ).map { $0.filter { !$0.isWhitespace } }
        source = source[source.index(after: end)...]
        guard parts.count <= 2, parts.contains(where: { !$0.isEmpty }),
            parts.allSatisfy({ $0.isEmpty || Int($0) != nil })
        else { throw invalid }
        let least = parts.first.flatMap { Int($0) } ?? 0
        let most = parts.count == 1 ? least : parts.last.flatMap { Int($0) }
        guard least >= 0, least <= most ?? least, max(least, most ?? 0) <= Self.maximumLength else { throw invalid }
        return (least, most)
    }

    private static func atom(_ source: inout Substring) throws(FilterPatternError) -> Node {
        guard let character = source.popFirst() else {
            throw FilterPatternError(reason: "Invalid regular expression in filter pattern")
        }
        switch character {
        case "^": return .start
        case "$": return .end
        case ".": return .set(CharacterSet(ranges: [], isNegated: true))
        case "[": return .set(try Self.characterClass(&source))
        case "\\": return .set(try Self.escape(&source))
        default: return .set(CharacterSet(ranges: [try Self.literal(character)]))
        }
    }

    /// Letters, digits and the symbols that need no escape.
    private static func literal(_ character: Character) throws(FilterPatternError) -> ClosedRange<Unicode.Scalar> {
        guard character.isASCII, let scalar = character.unicodeScalars.first,
            character.isLetter || character.isNumber || Self.symbols.contains(character)
        else { throw FilterPatternError(reason: "Unsupported '\(character)' in regular expression") }
        return scalar...scalar
    }

    private static func escape(_ source: inout Substring) throws(FilterPatternError) -> CharacterSet {
        guard let character = source.popFirst(), let scalar = character.unicodeScalars.first else {
            throw FilterPatternError(reason: "Invalid escape in regular expression")
        }
        let digits: [ClosedRange<Unicode.Scalar>] = ["0"..."9"]
        let spaces: [ClosedRange<Unicode.Scalar>] = ["\t"..."\r", " "..." "]
        let words = digits + ["a"..."z", "A"..."Z", "_"..."_"]
        switch scalar {
        case "d": return CharacterSet(ranges: digits)
        case "D": return CharacterSet(ranges: digits, isNegated: true)
        case "s": return CharacterSet(ranges: spaces)
        case "S": return CharacterSet(ranges: spaces, isNegated: true)
        case "w": return CharacterSet(ranges: words)
        case "W": return CharacterSet(ranges: words, isNegated: true)
        case "x":
            guard let code = UInt8(source.prefix(2), radix: 16), code < 128, source.count >= 2 else {
                throw FilterPatternError(reason: "\\x takes two hexadecimal digits in regular expression")
            }
            source = source.dropFirst(2)
            let named = Unicode.Scalar(code)
            return CharacterSet(ranges: [named...named])
        case "t": return CharacterSet(ranges: ["\t"..."\t"])
        case "n": return CharacterSet(ranges: ["\n"..."\n"])
        default:
            guard !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar) else {
                throw FilterPatternError(reason: "Unsupported escape '\\\(character)' in regular expression")
            }
            return CharacterSet(ranges: [scalar...scalar])
        }
    }

    private static func characterClass(_ source: inout Substring) throws(FilterPatternError) -> CharacterSet {
        var set = CharacterSet()
        if source.first == "^" {
            set.isNegated = true
            source = source.dropFirst()
        }
        while let character = source.popFirst() {
            if character == "]", !set.ranges.isEmpty { return set }
            if character == "\\" {
                let escaped = try Self.escape(&source)
                guard !escaped.isNegated else {
                    throw FilterPatternError(reason: "Unsupported escape in character class")
                }
                set.ranges += escaped.ranges
                continue
            }
            // Operators mean themselves between the brackets.
            var range: ClosedRange<Unicode.Scalar>
            if let sign = character.unicodeScalars.first, Self.operators.contains(character) {
                range = sign...sign
            } else {
                range = try Self.literal(character)
            }
            if source.first == "-", let upper = source.dropFirst().first, upper != "]" {
                source = source.dropFirst(2)
                let end = try Self.literal(upper).lowerBound
                guard range.lowerBound <= end else {
                    throw FilterPatternError(reason: "Invalid range in character class")
                }
                range = range.lowerBound...end
            }
            set.ranges.append(range)
        }
        throw FilterPatternError(reason: "Unclosed character class in regular expression")
    }
}
