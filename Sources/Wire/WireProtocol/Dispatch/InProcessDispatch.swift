package import Logging
package import Model
internal import Synchronization

/// Calls the services of this process directly. Their handlers hold it before they are registered, so the registry is
/// connected later, once.
package final class InProcessDispatch: AWSClient.Transport {
    private let registry = Mutex<OperationRegistry?>(nil)
    private let logger: Logger

    package init(logger: Logger) { self.logger = logger }

    /// By the composition root, when every handler is registered.
    package func connect(_ registry: OperationRegistry) {
        self.registry.withLock { $0 = registry }
    }

    package func send<Operation: AWSOperation>(
        _ operation: Operation.Type, _ input: Operation.Input, scope: Scope, principal: Principal
    ) async throws -> AWSClient.Reply<Operation.Output> {
        let entry = self.registry.withLock { $0?.services[Operation.service.name]?.operations[Operation.name] }
        guard let entry else {
            throw AWSError(
                code: "UnknownOperationException",
                message: "\(Operation.service.name) operation \(Operation.name) is not supported by Teal")
        }
        let context = RequestContext(scope: scope, principal: principal, requestID: Identifiers.uuid())
        do {
            let output = try await Operation.Output(wire: entry.invoke(input.wireValue, context))
            let headers = context.replyHeaders.all.map { ($0.name.lowercased(), $0.value) }
            return AWSClient.Reply(output: output, headers: Dictionary(headers) { $1 })
        } catch let error as AWSError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            self.logger.error(
                "call failed inside",
                metadata: [
                    "operation": "\(Operation.name)", "request.id": "\(context.requestID)",
                    "error": "\(String(reflecting: error))",
                ])
            throw AWSError(
                code: "InternalFailure", message: "\(Operation.name) failed inside", status: 500, fault: .receiver)
        }
    }
}
