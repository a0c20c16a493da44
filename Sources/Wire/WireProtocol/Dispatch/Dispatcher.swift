package import Logging
package import Model

/// The front door behind the HTTP server: from a whole request to a whole reply. Authenticates, reads, validates, calls the
/// handler, and words every failure in the dialect of the request.
package struct Dispatcher: Sendable {
    package enum Authentication: Sendable {
        case required
        /// Any key, or none, acts as this principal.
        case off(as: Principal)
    }

    /// The key's credential, or `nil` where it is not known.
    package typealias CredentialLookup = @Sendable (_ accessKeyID: String) async throws -> KnownCredential?

    /// What became of a request. Names that are no operation of a registered service are absent.
    package struct Outcome: Equatable, Sendable {
        package let service: String?
        package let operation: String?
        /// HTTP status.
        package let status: Int
        package let duration: Duration
    }

    private let router: RequestRouter
    private let account: String
    /// The region of requests that carry no credential scope.
    private let defaultRegion: String
    private let authentication: Authentication
    private let credential: CredentialLookup
    private let clock: any WallClock
    private let logger: Logger
    private let observe: @Sendable (Outcome) -> Void
    private let patterns = PatternCache()
    private let keys = SigningKeys()

    /// - Parameter observe: called once for each request, after its reply is made.
    package init(
        registry: OperationRegistry, account: String, defaultRegion: String, authentication: Authentication,
        credential: @escaping CredentialLookup, clock: any WallClock, logger: Logger,
        observe: @escaping @Sendable (Outcome) -> Void
    ) {
        self.router = RequestRouter(registry)
        self.account = account
        self.defaultRegion = defaultRegion
        self.authentication = authentication
        self.credential = credential
        self.clock = clock
        self.logger = logger
        self.observe = observe
    }

    /// Never fails: what goes wrong inside is logged and answered as `InternalFailure`.
    package func respond(to request: WireRequest) async -> WireResponse {
        let start = ContinuousClock.now
        let (response, service, operation) = await self.answer(request)
        self.observe(
            Outcome(
                service: service, operation: operation, status: response.status, duration: ContinuousClock.now - start))
        return response
    }

    /// A request as it came, and as it is to be read.
    private struct Incoming {
        /// What the signature is about.
        let received: WireRequest
        /// With its body inflated, and a bucket of the host name in its path.
        let request: WireRequest
        let signed: SignedRequest?
        let unreadable: AuthenticationFailure?
        let requestID: String
    }

    private func answer(_ received: WireRequest) async -> (
        response: WireResponse, service: String?, operation: String?
    ) {
        let requestID = Identifiers.uuid()
        let request: WireRequest
        do {
            // An object is stored as it was encoded.
            request = received.stream == nil ? try received.inflated() : received
        } catch {
            return (self.refuse(received, error.error, requestID), nil, nil)
        }
        let signed: SignedRequest?
        let unreadable: AuthenticationFailure?
        do {
            (signed, unreadable) = (try SignedRequest.read(received), nil)
        } catch {
            (signed, unreadable) = (nil, error)
        }
        let addressed = Self.addressed(request, signingName: signed?.scope.service)
        switch self.router.route(addressed, signingName: signed?.scope.service) {
        case .noService(let name, let dialect):
            let error = Self.noService(name, dialect)
            return (Self.reply(error, of: Self.nowhere, to: request, dialect, requestID), nil, nil)
        case .noOperation(let service, let name, let dialect):
            let error = Self.noOperation(service, name, dialect)
            let response = Self.reply(error, of: service, to: request, dialect, requestID)
            return (response, service.name, service.operationNames.contains(name) ? name : nil)
        case .operation(let service, let entry, let dialect):
            let incoming = Incoming(
                received: received, request: addressed, signed: signed, unreadable: unreadable, requestID: requestID)
            return (await self.respond(incoming, service, entry, dialect), service.description.name, entry.name)
        }
    }

    private static func addressed(_ request: WireRequest, signingName: String?) -> WireRequest {
        guard signingName ?? SignatureV4.s3 == SignatureV4.s3 else { return request }
        return BucketHost.pathStyle(request)
    }

    /// Whether the body of the request that begins so is handed over as it comes in, as `stream`.
    package func streamsBody(of head: WireRequest) -> Bool {
        // Most calls are known by their method to have no such body.
        guard self.router.streamingMethods.contains(head.method) else { return false }
        // An unreadable signature is answered without the body as well.
        let signingName = (try? SignedRequest.read(head))?.scope.service
        return self.router.streamsBody(
            Self.addressed(head, signingName: signingName), signingName: signingName)
    }

    /// Answers for a request whose body is larger than any operation takes. Its body was not read, so that no signature can be checked.
    package func refuseBody(of request: WireRequest, limit: Int) -> WireResponse {
        self.refuse(request, UnreadableBody.tooLarge(limit: limit).error, Identifiers.uuid())
    }

    /// For a request whose body cannot be read: its form alone says whom it is for.
    private func refuse(_ request: WireRequest, _ error: AWSError, _ requestID: String) -> WireResponse {
        // An unreadable signature names no service; the form of the request has to do.
        let signingName = (try? SignedRequest.read(request))?.scope.service
        switch self.router.route(Self.addressed(request, signingName: signingName), signingName: signingName) {
        case .noService(_, let dialect): return Self.reply(error, of: Self.nowhere, to: request, dialect, requestID)
        case .noOperation(let service, _, let dialect):
            return Self.reply(error, of: service, to: request, dialect, requestID)
        case .operation(let service, _, let dialect):
            return Self.reply(error, of: service.description, to: request, dialect, requestID)
        }
    }

    private static func reply(
        _ error: AWSError, of service: ServiceDescription, to request: WireRequest, _ dialect: WireDialect,
        _ requestID: String
    ) -> WireResponse {
        var response = dialect.codec.reply(error, of: service, requestID: requestID)
        QueryCompatibility.add(error, of: service, to: &response, for: request, in: dialect)
        return response
    }

    private func respond(
        _ incoming: Incoming, _ service: OperationRegistry.RegisteredService, _ entry: OperationRegistry.Entry,
        _ dialect: WireDialect
    ) async -> WireResponse {
        var request = incoming.request
        do {
            let caller = try await self.caller(of: incoming, service.description, dialect)
            let scope = Scope(account: self.account, region: self.region(of: incoming.signed))
            let frame = OperationFrame(entry, of: service.description)
            var payload: PayloadReader?
            if dialect == .restXML {
                let reader = try self.payload(of: incoming, caller, entry.input)
                if entry.input.isPayloadStreamed {
                    payload = reader
                    request.body = []
                } else {
                    request.body = try await reader.collect()
                }
            }
            let context = RequestContext(
                scope: scope, principal: caller.principal, requestID: incoming.requestID,
                host: request.headers["Host"], payload: payload)
            let input = try self.input(of: request, frame, service.validationErrors, dialect)
            let output = try await entry.invoke(input, context)
            var response = dialect.codec.reply(output, of: frame, requestID: incoming.requestID)
            for header in context.replyHeaders.all { response.headers.append(header.name, header.value) }
            response.stream = context.replyStream.source
            return response
        } catch let error as AWSError {
            return Self.reply(error, of: service.description, to: request, dialect, incoming.requestID)
        } catch {
            self.logger.error(
                "request failed inside",
                metadata: [
                    "operation": "\(entry.name)", "request.id": "\(incoming.requestID)",
                    "error": "\(String(reflecting: error))",
                ])
            return Self.reply(
                Self.internalFailure, of: service.description, to: request, dialect, incoming.requestID)
        }
    }

    private func region(of signed: SignedRequest?) -> String {
        // A signature of version 2 names none.
        guard let region = signed?.scope.region, !region.isEmpty else { return self.defaultRegion }
        return region
    }

    /// The body of a request of S3, whose checks belong to the protocol.
    private func payload(of incoming: Incoming, _ caller: Caller, _ input: StructureSchema) throws -> PayloadReader {
        let request = incoming.received
        var isHashRequired = false
        if case .required = self.authentication, case .header? = incoming.signed?.form { isHashRequired = true }
        // Where a whole body has checksums as members, they are of something else than the body.
        let isChecked =
            input.isPayloadStreamed || !input.members.contains { PayloadDeclaration.isChecksum($0.wireName) }
        let declaration = try PayloadDeclaration(
            request.headers, isHashRequired: isHashRequired, isChecksumBody: isChecked)
        let signatures = caller.verified.map {
            ChunkSignatures(key: self.keys.key($0.secret, $0.signed.scope), signed: $0.signed)
        }
        return PayloadReader(request.stream ?? ByteSource(request.body), declaration, signatures: signatures)
    }

    /// Who calls.
    private struct Caller {
        let principal: Principal
        /// Where the signature was verified: what the signatures of a body's chunks are verified with.
        var verified: (secret: String, signed: SignedRequest)?
    }

    private func caller(
        of incoming: Incoming, _ service: ServiceDescription, _ dialect: WireDialect
    ) async throws -> Caller {
        if case .off(let principal) = self.authentication {
            // A key that is known keeps its identity, so that hooks and tasks are told apart also without checks.
            guard let signed = incoming.signed else { return Caller(principal: principal) }
            return Caller(principal: try await self.credential(signed.accessKeyID)?.principal ?? principal)
        }
        if let unreadable = incoming.unreadable { throw unreadable.error(for: dialect) }
        guard let signed = incoming.signed else { throw AuthenticationFailure.missing.error(for: dialect) }
        let credential = try await self.credential(signed.accessKeyID)
        do {
            try SignatureVerification(
                request: incoming.received, signed: signed, now: self.clock.now(), keys: self.keys
            ).check(credential)
        } catch {
            throw error.error(for: dialect)
        }
        guard let credential else { throw AuthenticationFailure.unknownKey.error(for: dialect) }
        guard signed.scope.service == service.signingName else {
            throw AuthenticationFailure.otherService(expected: service.signingName).error(for: dialect)
        }
        return Caller(principal: credential.principal, verified: (credential.secretAccessKey, signed))
    }

    private func input(
        of request: WireRequest, _ frame: OperationFrame, _ errors: ValidationErrors, _ dialect: WireDialect
    ) throws -> WireValue {
        let input: WireValue
        do {
            input = try dialect.codec.input(of: request, for: frame)
        } catch {
            switch error {
            case .syntax(let reason):
                guard dialect != .restXML else {
                    throw AWSError(
                        code: "MalformedXML",
                        message:
                            "The XML you provided was not well-formed or did not validate against our published schema"
                    )
                }
                throw AWSError(code: "SerializationException", message: reason)
            case .members(let failures): throw errors.error(frame.name, failures)
            }
        }
        let failures = ModelValidation.failures(in: input, of: frame.input, patterns: self.patterns)
        guard failures.isEmpty else { throw errors.error(frame.name, failures) }
        return input
    }

    private static let internalFailure = AWSError(
        code: "InternalFailure",
        message: "The request processing has failed because of an unknown error, exception or failure.", status: 500,
        fault: .receiver)

    private static func noService(_ name: String, _ dialect: WireDialect) -> AWSError {
        let message = "\(name) belongs to no service that Teal supports"
        switch dialect {
        case .awsQuery, .ec2Query: return AWSError(code: "InvalidAction", message: message)
        case .awsJSON10, .awsJSON11, .restJSON1, .restXML, .rpcV2CBOR:
            return AWSError(code: "UnknownOperationException", message: message, status: 404)
        }
    }

    private static func noOperation(_ service: ServiceDescription, _ name: String, _ dialect: WireDialect) -> AWSError {
        let isKnown = service.operationNames.contains(name)
        switch dialect {
        case .awsQuery, .ec2Query:
            return AWSError(
                code: "InvalidAction",
                message: isKnown
                    ? "Could not find operation \(name) for version \(service.apiVersion): Teal does not support it"
                    : "Could not find operation \(name) for version \(service.apiVersion)")
        case .restXML:
            return isKnown
                ? PayloadError.notImplemented("\(service.name) operation \(name)")
                : AWSError(
                    code: "MethodNotAllowed",
                    message: "The specified method is not allowed against this resource: \(name)", status: 405)
        case .awsJSON10, .awsJSON11, .restJSON1, .rpcV2CBOR:
            return AWSError(
                code: "UnknownOperationException",
                message: isKnown
                    ? "\(service.name) operation \(name) is not supported by Teal"
                    : "\(service.name) has no operation \(name)",
                status: dialect == .restJSON1 ? 404 : 400)
        }
    }

    /// For requests of no service of ours.
    private static let nowhere = ServiceDescription(
        name: "", signingName: "", apiVersion: "", targetPrefix: nil, xmlNamespace: nil, dialects: [],
        operationNames: [])
}
