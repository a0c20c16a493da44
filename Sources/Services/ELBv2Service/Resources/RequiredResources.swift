internal import ELBv2API
internal import Model
internal import Store
internal import WireProtocol

extension StoreSnapshot {
    func requiredLoadBalancer(_ arn: String) throws -> StoredLoadBalancer {
        guard let record = try self.loadBalancer(arn: arn) else { throw AWSError.loadBalancerNotFound(arn) }
        return record
    }

    func requiredTargetGroup(_ arn: String) throws -> StoredTargetGroup {
        guard let record = try self.targetGroup(arn: arn) else { throw AWSError.targetGroupNotFound(arn) }
        return record
    }

    func requiredListener(_ arn: String) throws -> StoredListener {
        guard let record = try self.listener(arn: arn) else { throw AWSError.listenersNotFound }
        return record
    }

    func requiredRule(_ arn: String) throws -> StoredListenerRule {
        guard let record = try self.listenerRule(arn: arn) else { throw AWSError.rulesNotFound }
        return record
    }
}
