internal import IAMAPI
internal import Store
internal import WireProtocol

extension IAMHandlers {
    func updateAccessKey(_ input: IAM.UpdateAccessKey.Input, _ context: RequestContext) async throws -> EmptyShape {
        guard input.status == .active || input.status == .inactive else {
            throw AWSError(
                code: "ValidationError", message: "Status \(input.status) is not supported; use Active or Inactive")
        }
        let name = try Self.keyOwner(input.userName, context)
        try await self.store.write { transaction in
            try transaction.checkAccessKey(input.accessKeyId, of: name, context)
            try transaction.setAccessKey(input.accessKeyId, isActive: input.status == .active)
        }
        return EmptyShape()
    }
}
