internal import GRDB

extension Migration {
    static let iam: [Migration] = []
}
