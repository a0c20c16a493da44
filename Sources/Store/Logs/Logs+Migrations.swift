internal import GRDB

extension Migration {
    static let logs: [Migration] = []
}
