/// Checks a value against its schema: required members, lengths, ranges, patterns, enums and unions.
struct ModelValidation {
    private(set) var failures: [ValidationFailure] = []
    private let patterns: PatternCache

    /// Every place where the input breaks its model, in the order of the model.
    static func failures(in input: WireValue, of structure: StructureSchema, patterns: PatternCache)
        -> [ValidationFailure]
    {
        var validation = ModelValidation(patterns: patterns)
        validation.check(input, as: .structure(structure)) { "" }
        return validation.failures
    }

    private init(patterns: PatternCache) { self.patterns = patterns }

    /// Where a value stands; spelled out only where it is broken.
    private typealias Path = () -> String

    private mutating func fail(_ path: Path, _ reason: ValidationFailure.Reason, _ value: String = "") {
        self.failures.append(ValidationFailure(path: path(), reason: reason, value: value))
    }

    private mutating func check(_ value: WireValue, as schema: Schema, at path: Path) {
        switch (value, schema) {
        case (.structure(let members), .structure(let structure)): self.check(members, structure, path)
        case (.list(let values), .list(let list)):
            self.check(values.count, within: list.length, at: path, "[…]")
            let element = list.element()
            for (index, value) in values.enumerated() {
                self.check(value, as: element) { "\(path()).\(index + 1).member" }
            }
        case (.map(let entries), .map(let map)):
            self.check(entries.count, within: map.length, at: path, "{…}")
            let (keys, values) = (map.key(), map.value())
            for entry in entries {
                self.check(.string(entry.key), as: keys) { "\(path()).\(entry.key).key" }
                self.check(entry.value, as: values) { "\(path()).\(entry.key).member" }
            }
        case (.string(let text), .string(let constraints)): self.check(text, constraints, path)
        case (.blob(let bytes), .blob(let length)):
            self.check(bytes.count, within: length, at: path, "<\(bytes.count) bytes>")
        case (.integer(let number), .integer(let range?)):
            if let bound = Self.broken(range, by: number) { self.fail(path, .range(bound), String(number)) }
        case (.double(let number), .double(let range?)):
            if let bound = Self.broken(range, by: number) { self.fail(path, .range(bound), String(number)) }
        default: break
        }
    }

    private mutating func check(_ members: WireMembers, _ structure: StructureSchema, _ path: Path) {
        for member in structure.members {
            let memberPath = {
                let parent = path()
                return parent.isEmpty ? member.wireName : "\(parent).\(member.wireName)"
            }
            if let value = members[member.name] {
                self.check(value, as: member.schema(), at: memberPath)
            } else if member.isRequired {
                self.fail(memberPath, .missing)
            }
        }
        if structure.isUnion, members.count != 1 { self.fail(path, .union) }
    }

    /// A text that is too long anyway is matched only up to this size: matching holds a lock.
    private static let longestMatched = 4096

    private mutating func check(_ text: String, _ constraints: StringConstraints, _ path: Path) {
        let count = text.unicodeScalars.count
        self.check(count, within: constraints.length, at: path, text)
        if let length = constraints.length, count > length.upperBound, count > Self.longestMatched { return }
        if !constraints.values.isEmpty, !constraints.values.contains(text) {
            self.fail(path, .notInEnum(constraints.values), text)
        }
        if let pattern = constraints.pattern, !self.patterns.matches(text, pattern) {
            self.fail(path, .pattern(pattern), text)
        }
    }

    private mutating func check(_ count: Int, within length: ClosedRange<Int>?, at path: Path, _ value: String) {
        if let length, let bound = Self.broken(length, by: count) { self.fail(path, .length(bound), value) }
    }

    private static func broken<Number>(
        _ range: ClosedRange<Number>, by number: Number
    ) -> ValidationFailure.Bound? {
        if number < range.lowerBound { return .atLeast("\(range.lowerBound)") }
        if number > range.upperBound { return .atMost("\(range.upperBound)") }
        // Neither holds for a number that is none.
        return range.contains(number) ? nil : .atLeast("\(range.lowerBound)")
    }
}
