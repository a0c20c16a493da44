internal import IAMAPI
internal import Store
internal import WireProtocol

/// Policies that belong to one role or user.
extension IAMHandlers {
    func putInlinePolicy(
        _ name: String, _ document: String, _ kind: StoredIdentity.Kind, _ owner: String, _ context: RequestContext
    ) async throws -> EmptyShape {
        try PolicyDocument.check(document, as: .inline)
        try await self.store.write { transaction in
            try transaction.putInlinePolicy(
                name, document, of: try transaction.modifiableIdentity(kind, owner, context))
        }
        return EmptyShape()
    }

    /// Percent-encoded.
    func inlinePolicy(
        _ name: String, _ kind: StoredIdentity.Kind, _ owner: String, _ context: RequestContext
    ) async throws -> String {
        try await self.store.read { snapshot in
            PolicyDocument.encoded(
                try snapshot.existingInlinePolicy(name, of: snapshot.existingIdentity(kind, owner, context)))
        }
    }

    func inlinePolicyNames(_ kind: StoredIdentity.Kind, _ owner: String, _ context: RequestContext) async throws
        -> [String]
    {
        let names = try await self.store.read { snapshot in
            try snapshot.inlinePolicyNames(of: snapshot.existingIdentity(kind, owner, context))
        }
        return names.sorted { $0.lowercased() < $1.lowercased() }
    }

    func deleteInlinePolicy(
        _ name: String, _ kind: StoredIdentity.Kind, _ owner: String, _ context: RequestContext
    ) async throws -> EmptyShape {
        try await self.store.write { transaction in
            let identity = try transaction.modifiableIdentity(kind, owner, context)
            _ = try transaction.existingInlinePolicy(name, of: identity)
            try transaction.deleteInlinePolicy(name, of: identity)
        }
        return EmptyShape()
    }
}

extension StoreSnapshot {
    /// - Throws: `NoSuchEntity`.
    fileprivate func existingInlinePolicy(_ name: String, of identity: StoredIdentity) throws -> String {
        guard let document = try self.inlinePolicy(name, of: identity) else {
            throw IAM.Errors.noSuchEntityException(
                "The \(identity.kind.rawValue) policy with name \(name) cannot be found.")
        }
        return document
    }
}
