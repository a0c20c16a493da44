internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func deleteAccessKey(_ input: IAM.DeleteAccessKey.Input, _ context: RequestContext) async throws -> EmptyShape {
        let name = try Self.keyOwner(input.userName, context)
        try await self.store.write { transaction in
            try transaction.checkAccessKey(input.accessKeyId, of: name, context)
            try transaction.deleteAccessKey(input.accessKeyId)
        }
        return EmptyShape()
    }
}
