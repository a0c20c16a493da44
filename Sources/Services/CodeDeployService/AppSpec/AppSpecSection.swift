internal import Model

/// One map of an AppSpec, with the path that leads to it. Keys are matched whatever their case: the documentation itself
/// spells them both ways.
struct AppSpecSection {
    /// For messages: `Resources.TargetService.Properties`.
    let path: String
    let members: [JSONValue.Member]

    init(_ value: JSONValue, path: String) throws(AppSpecError) {
        guard case .object(let members) = value else {
            throw AppSpecError(
                path.isEmpty ? "The AppSpec file must be a map." : "\(path) in the AppSpec file must be a map.")
        }
        self.path = path
        self.members = members
        var seen: Set<String> = []
        for member in members where !seen.insert(member.name.lowercased()).inserted {
            throw AppSpecError("\(self.place(member.name)) appears more than once in the AppSpec file.")
        }
    }

    private func place(_ name: String) -> String { self.path.isEmpty ? name : "\(self.path).\(name)" }

    /// `nil` where the member is absent or null.
    func optional(_ name: String) -> JSONValue? {
        let found = self.members.first { $0.name.lowercased() == name.lowercased() }
        guard let found, found.value != .null else { return nil }
        return found.value
    }

    func required(_ name: String) throws(AppSpecError) -> JSONValue {
        guard let value = self.optional(name) else {
            throw AppSpecError("\(self.place(name)) is required in the AppSpec file.")
        }
        return value
    }

    func section(_ name: String) throws(AppSpecError) -> AppSpecSection {
        try AppSpecSection(try self.required(name), path: self.place(name))
    }

    func optionalSection(_ name: String) throws(AppSpecError) -> AppSpecSection? {
        guard let value = self.optional(name) else { return nil }
        return try AppSpecSection(value, path: self.place(name))
    }

    func text(_ name: String) throws(AppSpecError) -> String {
        let text = try self.text(of: try self.required(name), name)
        guard !text.isEmpty else { throw AppSpecError("\(self.place(name)) in the AppSpec file must not be empty.") }
        return text
    }

    /// `nil` where it is absent or empty.
    func optionalText(_ name: String) throws(AppSpecError) -> String? {
        guard let value = self.optional(name) else { return nil }
        let text = try self.text(of: value, name)
        return text.isEmpty ? nil : text
    }

    private func text(of value: JSONValue, _ name: String) throws(AppSpecError) -> String {
        switch value {
        case .string(let text): return text
        case .integer(let number): return String(number)
        case .null, .bool, .number, .array, .object:
            throw AppSpecError("\(self.place(name)) in the AppSpec file must be a text.")
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(AppSpecError) -> Int {
        guard let number = try self.optionalInteger(name, in: range) else {
            throw AppSpecError("\(self.place(name)) is required in the AppSpec file.")
        }
        return number
    }

    func optionalInteger(_ name: String, in range: ClosedRange<Int>) throws(AppSpecError) -> Int? {
        guard let value = self.optional(name) else { return nil }
        let number = value.integer.flatMap { Int(exactly: $0) } ?? value.string.flatMap { Int($0) }
        guard let number, range.contains(number) else {
            throw AppSpecError(
                "\(self.place(name)) in the AppSpec file must be a number from \(range.lowerBound) to \(range.upperBound)."
            )
        }
        return number
    }

    func texts(_ name: String) throws(AppSpecError) -> [String] {
        guard let values = try self.required(name).array else {
            throw AppSpecError("\(self.place(name)) in the AppSpec file must be a list.")
        }
        var texts: [String] = []
        for value in values {
            guard let text = value.string else {
                throw AppSpecError("\(self.place(name)) in the AppSpec file must be a list of texts.")
            }
            texts.append(text)
        }
        return texts
    }

    /// Refuses what is spelt wrongly, rather than leaving it out in silence.
    func allowOnly(_ names: [String]) throws(AppSpecError) {
        let allowed = Set(names.map { $0.lowercased() })
        if let stranger = self.members.first(where: { !allowed.contains($0.name.lowercased()) }) {
            throw AppSpecError(
                "\(self.place(stranger.name)) is not supported in the AppSpec file. Valid are: \(names.joined(separator: ", "))."
            )
        }
    }
}
