internal import Model

/// A migration that the task definition asks for by its tag `teal:migrate`: one of its containers is run once with this
/// command, before a deployment starts any other task of the definition.
package struct MigrationTask: Hashable, Sendable, Codable {
    /// The key of the tag.
    package static let tag = "teal:migrate"
    static let format =
        "'<container>[@<minutes>m]: <command> [<argument> ...]', for example 'app: bin/migrate --to latest'"
    /// As long as a lifecycle stage may last; also where the tag names no limit.
    static let longest = 1440

    package let container: String
    /// Replaces the container's command.
    package let command: [String]
    /// Before the time scale.
    package let timeLimit: Duration

    package init(container: String, command: [String], timeLimit: Duration = .minutes(Self.longest)) {
        self.container = container
        self.command = command
        self.timeLimit = timeLimit
    }

    /// Reads the tag's value. Words are divided by blanks; a tag's value can hold no quotes.
    /// - Throws: `MigrationTagError`, which names the format and what is wrong.
    package init(parsing value: String) throws(MigrationTagError) {
        guard let colon = value.firstIndex(of: ":") else { throw MigrationTagError("it has no ':' behind a container") }
        let name = value[..<colon].split(separator: " ")
        guard name.count == 1, let name = name.first else {
            throw MigrationTagError("it must begin with the name of one container")
        }
        let parts = name.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let container = parts.first, !container.isEmpty else {
            throw MigrationTagError("it must begin with the name of one container")
        }
        self.container = String(container)
        self.timeLimit = parts.count > 1 ? try Self.limit(parts[1]) : .minutes(Self.longest)
        self.command = value[value.index(after: colon)...].split(separator: " ").map(String.init)
        guard !self.command.isEmpty else { throw MigrationTagError("it has no command") }
    }

    private static func limit(_ text: Substring) throws(MigrationTagError) -> Duration {
        guard text.hasSuffix("m"), let minutes = Int(text.dropLast()), (1...Self.longest).contains(minutes) else {
            throw MigrationTagError("the time limit '\(text)' is not between 1m and \(Self.longest)m")
        }
        return .minutes(minutes)
    }

    /// For people.
    var title: String { "\(self.container): \(self.command.joined(separator: " "))" }

    /// `startedBy` of the task, by which it is found again: the deployment's id is the last part.
    package static func startedBy(deployment id: String) -> String { "migrate/\(id)" }

    /// `group` of the tasks of all migrations of a service.
    package static func group(ofService name: String) -> String { "migration:\(name)" }

    /// The service whose migration a task of this group is; `nil` for every other group.
    package static func service(ofGroup group: String) -> String? {
        group.hasPrefix("migration:") ? String(group.dropFirst("migration:".count)) : nil
    }
}

/// A value of the tag `teal:migrate` that cannot be read.
package struct MigrationTagError: Error, Hashable, CustomStringConvertible {
    let detail: String

    package init(_ detail: String) { self.detail = detail }

    package var description: String {
        "The tag \(MigrationTask.tag) must have the format \(MigrationTask.format): \(self.detail)."
    }
}
