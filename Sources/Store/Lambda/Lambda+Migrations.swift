internal import GRDB

extension Migration {
    static let lambda: [Migration] = []
}
