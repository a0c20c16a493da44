internal import GRDB

extension Migration {
    static let ecs: [Migration] = []
}
