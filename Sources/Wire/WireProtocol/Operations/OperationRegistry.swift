/// The handlers of every service, by service and operation name. Filled once by the composition root, then read only.
package struct OperationRegistry: Sendable {
    /// An operation that has a handler, with its types erased.
    package struct Entry: Sendable {
        package let name: String
        package let http: HTTPBinding
        package let resultWrapper: String?
        package let input: StructureSchema
        package let output: StructureSchema
        package let invoke: @Sendable (WireValue, RequestContext) async throws -> WireValue
    }

    package struct RegisteredService: Sendable {
        package let description: ServiceDescription
        package let validationErrors: ValidationErrors
        package fileprivate(set) var operations: [String: Entry] = [:]
    }

    /// By service name.
    package private(set) var services: [String: RegisteredService] = [:]

    package init() {}

    /// Declares a service before its operations.
    package mutating func register(_ description: ServiceDescription, validationErrors: ValidationErrors) {
        self.services[description.name] = RegisteredService(
            description: description, validationErrors: validationErrors)
    }

    /// - Precondition: the service is registered and has no handler of that name yet.
    package mutating func handle<Operation: AWSOperation>(
        _ operation: Operation.Type,
        _ handler: @escaping @Sendable (Operation.Input, RequestContext) async throws -> Operation.Output
    ) {
        let service = Operation.service.name
        precondition(self.services[service] != nil, "service \(service) is not registered")
        precondition(self.services[service]?.operations[Operation.name] == nil, "\(Operation.name) has two handlers")
        self.services[service]?.operations[Operation.name] = Entry(
            name: Operation.name, http: Operation.http, resultWrapper: Operation.resultWrapper,
            input: Operation.Input.schema, output: Operation.Output.schema,
            invoke: { value, context in
                try await handler(Operation.Input(wire: value), context).wireValue
            })
    }
}
