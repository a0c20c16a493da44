internal import Foundation

enum MathToken: Hashable {
    case number(Double)
    case text(String)
    case name(String)
    case symbol(String)
}

/// Splits an expression into words, numbers and signs.
enum MathLexer {
    private static let twoSigns: Set = ["==", "!=", "<=", ">=", "&&", "||"]
    private static let signs = Set("+-*/^<>()[],")

    static func tokens(of text: String) throws(MathError) -> [MathToken] {
        let characters = Array(text)
        var tokens: [MathToken] = []
        var position = 0
        /// The characters from here on that fit.
        func run(_ fits: (Character) -> Bool) -> String {
            let start = position
            while position < characters.count, fits(characters[position]) { position += 1 }
            return String(characters[start..<position])
        }
        while position < characters.count {
            let character = characters[position]
            if character.isWhitespace {
                position += 1
            } else if character.isASCII, character.isNumber || character == "." {
                tokens.append(.number(try self.number(characters, &position)))
            } else if character.isASCII, character.isLetter {
                tokens.append(.name(run { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }))
            } else if character == "\"" || character == "'" {
                position += 1
                let content = run { $0 != character }
                guard position < characters.count else { throw MathError("Unfinished text \(content)") }
                position += 1
                tokens.append(.text(content))
            } else if position + 1 < characters.count,
                self.twoSigns.contains(String(characters[position...position + 1]))
            {
                tokens.append(.symbol(String(characters[position...position + 1])))
                position += 2
            } else if self.signs.contains(character) {
                tokens.append(.symbol(String(character)))
                position += 1
            } else {
                throw MathError("Unexpected character '\(character)' at position \(position + 1)")
            }
        }
        return tokens
    }

    /// `12`, `.5`, `1.5e-3`.
    private static func number(_ characters: [Character], _ position: inout Int) throws(MathError) -> Double {
        let start = position
        func isDigit(_ index: Int) -> Bool {
            index < characters.count && characters[index].isASCII && characters[index].isNumber
        }
        while isDigit(position) || (position < characters.count && characters[position] == ".") { position += 1 }
        if position < characters.count, characters[position] == "e" || characters[position] == "E" {
            let isSigned = position + 1 < characters.count && "+-".contains(characters[position + 1])
            let digits = position + (isSigned ? 2 : 1)
            if isDigit(digits) {
                position = digits
                while isDigit(position) { position += 1 }
            }
        }
        let text = String(characters[start..<position])
        guard let number = Double(text), number.isFinite else { throw MathError("\(text) is no number") }
        return number
    }
}
