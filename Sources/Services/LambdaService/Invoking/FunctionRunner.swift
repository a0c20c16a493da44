internal import FunctionRuntime
internal import LambdaAPI
internal import Model
internal import Store
internal import WireProtocol

/// Resolves a function and runs one invocation of it in the pool.
struct FunctionRunner: Sendable {
    let store: Store
    let codes: FunctionCodeStore
    let pool: FunctionPool

    struct Resolved: Sendable {
        let specification: FunctionSpecification
        let codeSHA: String
        let executedVersion: String
        let limit: Int?
    }

    /// - Throws: `ResourceNotFoundException`.
    func resolve(_ reference: FunctionReference, in scope: Scope) async throws -> Resolved {
        try await self.store.read { snapshot in
            let record = try snapshot.functionRecord(reference, in: scope)
            let shared = try snapshot.sharedFunction(reference, in: scope)
            let configuration = record.configuration
            let runtime = configuration.runtime?.rawValue ?? ""
            guard let language = FunctionLanguage(runtime: runtime) else {
                throw Lambda.Errors.invalidRuntimeException("Runtime \(runtime) is not supported.")
            }
            let specification = FunctionSpecification(
                arn: scope.arn("lambda", "function:\(reference.name)"), name: reference.name,
                version: record.stored.version,
                revision: configuration.revisionId ?? "", language: language, runtime: runtime,
                handler: configuration.handler ?? "", timeout: .seconds(configuration.timeout ?? 3),
                memoryMB: configuration.memorySize ?? 128, variables: configuration.environment?.variables ?? [:],
                taskRoot: self.codes.taskRoot(of: record.stored.codeSHA),
                logGroup: configuration.loggingConfig?.logGroup ?? "/aws/lambda/\(reference.name)",
                role: configuration.role ?? "")
            return Resolved(
                specification: specification, codeSHA: record.stored.codeSHA, executedVersion: record.stored.version,
                limit: shared.reservedConcurrency)
        }
    }

    /// - Throws: `ResourceNotFoundException`, `TooManyRequestsException` where a limit is reached, `InvocationInterrupted`
    ///   where the server stops first.
    func run(
        _ reference: FunctionReference, in scope: Scope, _ invocation: Invocation
    ) async throws -> (outcome: InvocationOutcome, executedVersion: String) {
        var missing: String?
        while true {
            let resolved = try await self.resolve(reference, in: scope)
            let outcome = try await self.codes.holding(resolved.codeSHA) { try await self.run(resolved, invocation) }
            if let outcome { return (outcome, resolved.executedVersion) }
            // An update may have replaced the code, and its removal have followed, before it was held.
            guard missing != resolved.codeSHA else {
                throw Lambda.Errors.serviceException(
                    "The code of \(reference.name) is missing from the data directory; upload it again.")
            }
            missing = resolved.codeSHA
        }
    }

    private func run(_ resolved: Resolved, _ invocation: Invocation) async throws -> InvocationOutcome {
        do {
            return try await self.pool.invoke(resolved.specification, invocation, limit: resolved.limit)
        } catch let error as FunctionPoolError {
            switch error {
            case .functionLimitReached:
                throw Lambda.Errors.tooManyRequestsException(
                    "Rate Exceeded.", reason: .reservedFunctionConcurrentInvocationLimitExceeded)
            case .poolLimitReached:
                throw Lambda.Errors.tooManyRequestsException(
                    "Rate Exceeded.", reason: .concurrentInvocationLimitExceeded)
            case .noInterpreter(let program):
                throw Lambda.Errors.invalidRuntimeException(
                    "\(program) is not installed on this machine; install it or choose another runtime")
            case .stopped:
                throw InvocationInterrupted()
            }
        } catch is CancellationError {
            throw InvocationInterrupted()
        }
    }
}

/// The server stopped before the function had come to its end; nothing is known of the invocation.
struct InvocationInterrupted: Error {}
