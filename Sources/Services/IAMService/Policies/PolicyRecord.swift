internal import IAMAPI
internal import Store
internal import WireProtocol

/// Uses of a managed policy.
struct PolicyUse {
    let attachments: Int
    let boundaries: Int
}

extension StoredPolicy {
    /// Which reply the policy is for: AWS leaves different members out of each.
    enum Reply {
        /// CreatePolicy: no description, and tags where there are some.
        case created
        /// GetPolicy: everything.
        case described
        /// ListPolicies: neither description nor tags.
        case listed
    }

    func shape(_ use: PolicyUse, for reply: Reply) -> IAM.Policy {
        let tags: [IAM.Tag]? =
            switch reply {
            case .created: self.tags.isEmpty ? nil : self.tags.shapes
            case .described: self.tags.shapes
            case .listed: nil
            }
        return IAM.Policy(
            policyName: self.name, policyId: self.id, arn: self.arn, path: self.path,
            defaultVersionId: "v\(self.defaultVersion)",
            attachmentCount: use.attachments, permissionsBoundaryUsageCount: use.boundaries, isAttachable: true,
            description: reply == .described ? self.description : nil, createDate: self.created,
            updateDate: self.updated, tags: tags)
    }
}

extension AWSManagedPolicy {
    func shape(_ use: PolicyUse) -> IAM.Policy {
        IAM.Policy(
            policyName: self.name, policyId: self.id, arn: self.arn, path: self.path, defaultVersionId: "v1",
            attachmentCount: use.attachments, permissionsBoundaryUsageCount: use.boundaries, isAttachable: true,
            createDate: self.created, updateDate: self.created)
    }
}

extension StoredPolicyVersion {
    func shape(of policy: StoredPolicy, withDocument: Bool) -> IAM.PolicyVersion {
        IAM.PolicyVersion(
            document: withDocument ? PolicyDocument.encoded(self.document) : nil, versionId: "v\(self.number)",
            isDefaultVersion: self.number == policy.defaultVersion, createDate: self.created)
    }
}

extension StoreSnapshot {
    func use(ofPolicy arn: String, account: String) throws -> PolicyUse {
        var attachments = 0
        var boundaries = 0
        for kind in StoredIdentity.Kind.allCases {
            attachments += try self.owners(kind, ofPolicy: arn, account: account).count
            boundaries += try self.identities(kind, account: account).count { $0.permissionsBoundary == arn }
        }
        return PolicyUse(attachments: attachments, boundaries: boundaries)
    }

    /// A policy of the customer's own.
    /// - Throws: `NoSuchEntity`; `AccessDenied` for AWS's policies, which nobody may change.
    func modifiablePolicy(_ arn: String) throws -> StoredPolicy {
        guard AWSManagedPolicy(arn: arn) == nil else {
            throw AWSError(
                code: "AccessDenied", message: "Policy \(arn) is managed by AWS and cannot be changed.", status: 403)
        }
        guard let policy = try self.policy(arn: arn) else {
            throw IAM.Errors.noSuchEntityException("Policy \(arn) was not found.")
        }
        return policy
    }
}
