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

    /// The largest payload that a call inside the server takes whole.
    private static let maximumPayload = 256 << 20

    /// The output with a payload that was not held whole as its member.
    private static func whole(
        _ output: WireValue, _ context: RequestContext, _ schema: StructureSchema
    ) async throws -> WireValue {
        guard let source = context.replyStream.source, let payload = schema.payload,
            case .structure(var members) = output
        else { return output }
        members[payload] = .blob(try await source.collect(upTo: Self.maximumPayload))
        return .structure(members)
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
            let value = try await Self.whole(entry.invoke(input.wireValue, context), context, Operation.Output.schema)
            let output = try Operation.Output(wire: value)
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
