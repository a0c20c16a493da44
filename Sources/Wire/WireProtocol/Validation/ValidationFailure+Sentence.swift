extension ValidationFailure {
    /// AWS's usual sentence about a broken member: "Value 'x' at 'y' failed to satisfy constraint: …".
    package var sentence: String {
        switch self.reason {
        case .missing: "Value null at '\(self.path)' failed to satisfy constraint: Member must not be null"
        case .wrongType(let expected): self.value("Member must be \(expected)")
        case .length(let length):
            if length.upperBound == .max {
                self.value("Member must have length greater than or equal to \(length.lowerBound)")
            } else if self.value.unicodeScalars.count < length.lowerBound {
                self.value("Member must have length greater than or equal to \(length.lowerBound)")
            } else {
                self.value("Member must have length less than or equal to \(length.upperBound)")
            }
        case .range(let range): self.value("Member must have value within \(range)")
        case .pattern(let pattern): self.value("Member must satisfy regular expression pattern: \(pattern)")
        case .notInEnum(let values):
            self.value("Member must satisfy enum value set: [\(values.joined(separator: ", "))]")
        case .union: self.value("Member must have exactly one member set")
        }
    }

    private func value(_ constraint: String) -> String {
        "Value '\(self.value)' at '\(self.path)' failed to satisfy constraint: \(constraint)"
    }
}
