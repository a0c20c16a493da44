internal import GRDB

/// One step of the schema. Append-only: a released step never changes, and its name is what the file remembers.
struct Migration {
    let name: String
    let apply: @Sendable (Database) throws -> Void

    init(_ name: String, _ apply: @escaping @Sendable (Database) throws -> Void) {
        self.name = name
        self.apply = apply
    }

    /// In the order in which they run. Each service's steps stand in its own folder.
    static let all: [Migration] =
        Self.iam + Self.elbv2 + Self.ecs + Self.logs + Self.lambda + Self.codeDeploy
}
