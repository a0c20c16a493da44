internal import IAMAPI
internal import Model
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func listPolicies(_ input: IAM.ListPolicies.Input, _ context: RequestContext) async throws
        -> IAM.ListPolicies.Output
    {
        let account = context.scope.account
        let policies = try await self.store.read { snapshot in
            var policies: [IAM.Policy] = []
            if input.scope != .local {
                for policy in AWSManagedPolicy.listed(in: context.scope) {
                    policies.append(policy.shape(try snapshot.use(ofPolicy: policy.arn, account: account)))
                }
            }
            if input.scope != .aws {
                for policy in try snapshot.policies(account: account) {
                    policies.append(
                        policy.shape(try snapshot.use(ofPolicy: policy.arn, account: account), for: .listed))
                }
            }
            return policies
        }
        let chosen = policies.filter { policy in
            let isAttached = (policy.attachmentCount ?? 0) > 0
            let isBoundary = (policy.permissionsBoundaryUsageCount ?? 0) > 0
            switch input.policyUsageFilter {
            case .permissionsPolicy where !isAttached, .permissionsBoundary where !isBoundary: return false
            default: break
            }
            return (policy.path ?? "/").hasPrefix(input.pathPrefix ?? "/") && (input.onlyAttached != true || isAttached)
        }
        // The ARN tells apart a customer's policy from AWS's of the same name.
        let sorted = chosen.sorted { ($0.arn ?? "").lowercased() < ($1.arn ?? "").lowercased() }
        let page = try Page(sorted, marker: input.marker, maxItems: input.maxItems, key: { $0.arn ?? "" })
        return .init(policies: page.elements, isTruncated: page.isTruncated, marker: page.marker)
    }
}
