internal import Model
internal import WireProtocol

/// A principal as AWS names it.
struct CallerIdentity {
    let arn: String
    let userID: String

    init(_ principal: Principal, in scope: Scope) {
        switch principal {
        case .root(let account):
            self.arn = "arn:\(scope.partition):iam::\(account):root"
            self.userID = account
        case .user(let name, let id, let account):
            self.arn = "arn:\(scope.partition):iam::\(account):user/\(name)"
            self.userID = id
        case .assumedRole(let role, let session, let id, let account):
            self.arn = "arn:\(scope.partition):sts::\(account):assumed-role/\(role)/\(session)"
            self.userID = "\(id):\(session)"
        case .service(let name):
            self.arn = "arn:\(scope.partition):iam::\(scope.account):service/\(name)"
            self.userID = name
        }
    }
}
