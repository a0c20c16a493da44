/// `[ip, user, ..., status=4*, bytes>1000]`: names and conditions for the fields of a space-delimited event, in which a
/// text in quotes or square brackets is one field. `...` stands for any number of fields; without it, the last name stands
/// for all that is left (as in AWS's own `[timestamp=*Z, request_id="*-*", event]`).
package struct FieldPattern: Equatable, Sendable {
    private struct Field: Equatable, Sendable {
        let name: String
        let condition: FilterCondition<FilterComparison>?
    }

    private let leading: [Field]
    /// Behind the ellipsis; `nil` where there is none.
    private let trailing: [Field]?

    init(_ text: String) throws(FilterPatternError) {
        guard text.hasSuffix("]") else { throw FilterPatternError(reason: "Invalid filter pattern: ']' is missing") }
        var scanner = FilterScanner(text.dropFirst().dropLast())
        var leading: [Field] = []
        var trailing: [Field]?
        repeat {
            if scanner.take("...") {
                guard trailing == nil else { throw scanner.failure("'...' stands only once") }
                trailing = []
            } else {
                let field = try Self.field(&scanner)
                if trailing == nil { leading.append(field) } else { trailing?.append(field) }
            }
        } while scanner.take(",")
        scanner.skipSpace()
        guard scanner.rest.isEmpty else { throw scanner.failure("unexpected text") }
        self.leading = leading
        self.trailing = trailing
    }

    func matches(_ message: String) -> Bool {
        let values = Self.fields(of: message, atMost: self.trailing == nil ? self.leading.count : nil)
        let trailing = self.trailing ?? []
        guard values.count >= self.leading.count + trailing.count else { return false }
        return zip(self.leading, values).allSatisfy { Self.matches($0, $1) }
            && zip(trailing, values.suffix(trailing.count)).allSatisfy { Self.matches($0, $1) }
    }

    private static func matches(_ field: Field, _ value: String) -> Bool {
        field.condition?.holds { $0.holds(number: Double(value), text: value) } ?? true
    }

    private static func field(_ scanner: inout FilterScanner) throws(FilterPatternError) -> Field {
        scanner.skipSpace()
        let name = scanner.takeWhile { $0.isLetter || $0.isNumber || "_-".contains($0) }
        var probe = scanner
        guard probe.comparisonOperator() != nil else {
            guard !name.isEmpty else { throw scanner.failure("a field is missing") }
            return Field(name: name, condition: nil)
        }
        var isFirst = true
        let condition = try FilterCondition<FilterComparison>.parse(&scanner) { scanner throws(FilterPatternError) in
            // The first condition's name is read already; further ones repeat it.
            if !isFirst {
                scanner.skipSpace()
                let repeated = scanner.takeWhile { $0.isLetter || $0.isNumber || "_-".contains($0) }
                guard repeated == name else { throw scanner.failure("the conditions of a field share its name") }
            }
            isFirst = false
            guard let comparison = scanner.comparisonOperator() else { throw scanner.failure("an operator is missing") }
            return FilterComparison(comparison, try scanner.constant(endingAt: ",)&|]"))
        }
        return Field(name: name, condition: condition)
    }

    /// - Parameter limit: where there are more, the last one is all that is left.
    private static func fields(of message: String, atMost limit: Int?) -> [String] {
        var fields: [String] = []
        var rest = Substring(message)
        var last = rest
        while true {
            rest = rest.drop(while: \.isWhitespace)
            guard let first = rest.first else { return fields }
            if fields.count == limit {
                fields[fields.count - 1] = String(last)
                return fields
            }
            last = rest
            let close: Character? = first == "\"" ? "\"" : first == "[" ? "]" : nil
            if let close, let end = rest.dropFirst().firstIndex(of: close) {
                fields.append(String(rest[rest.index(after: rest.startIndex)..<end]))
                rest = rest[rest.index(after: end)...]
            } else {
                let word = rest.prefix { !$0.isWhitespace }
                fields.append(String(word))
                rest = rest.dropFirst(word.count)
            }
        }
    }
}
