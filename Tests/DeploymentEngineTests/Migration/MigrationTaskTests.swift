import Model
import Testing

@testable import DeploymentEngine

@Suite struct MigrationTaskTests {
    @Test(arguments: [
        ("app: bin/migrate --to latest", MigrationTask(container: "app", command: ["bin/migrate", "--to", "latest"])),
        ("app:flask db upgrade", MigrationTask(container: "app", command: ["flask", "db", "upgrade"])),
        (" app : a:b  c ", MigrationTask(container: "app", command: ["a:b", "c"])),
        ("db-tool@30m: up", MigrationTask(container: "db-tool", command: ["up"], timeLimit: .minutes(30))),
        ("a@1440m: b@c", MigrationTask(container: "a", command: ["b@c"], timeLimit: .hours(24))),
    ])
    func valuesAreRead(value: String, expected: MigrationTask) throws {
        #expect(try MigrationTask(parsing: value) == expected)
    }

    @Test(arguments: [
        "", "bin/migrate", ":", "app:", "app:   ", ": bin/migrate", "two words: x", "@5m: x", "app@0m: x", "app@5: x",
        "app@1441m: x", "app@-1m: x", "app@: x", "app@5m@6m: x",
    ])
    func whatIsNoneNamesTheFormat(value: String) {
        let error = #expect(throws: MigrationTagError.self) { try MigrationTask(parsing: value) }
        #expect(error?.description.contains("'<container>[@<minutes>m]: <command> [<argument> ...]'") == true)
    }

    @Test func namesFitIntoTheAPI() {
        let startedBy = MigrationTask.startedBy(deployment: "NCWGC2ZR-taawPAYrIaU5")
        #expect(startedBy.allSatisfy { $0.isLetter || $0.isNumber || "-_/".contains($0) })
        #expect(MigrationTask.service(ofGroup: MigrationTask.group(ofService: "web")) == "web")
        #expect(MigrationTask.service(ofGroup: "service:web") == nil)
    }
}
