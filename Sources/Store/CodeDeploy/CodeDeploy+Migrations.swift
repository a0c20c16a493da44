internal import GRDB

extension Migration {
    static let codeDeploy: [Migration] = []
}
