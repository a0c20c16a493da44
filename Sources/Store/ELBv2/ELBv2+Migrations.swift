internal import GRDB

extension Migration {
    static let elbv2: [Migration] = []
}
