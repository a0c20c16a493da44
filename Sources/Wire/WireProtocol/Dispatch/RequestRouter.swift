/// Finds out which operation of which service a request means. Evidence in the order of trust: target header, credential
/// scope, form action, path (platform.md section 1.2). The Host header is no evidence: the endpoint is often an address.
struct RequestRouter: Sendable {
    /// What was found.
    enum Route: Sendable {
        case operation(OperationRegistry.RegisteredService, OperationRegistry.Entry, WireDialect)
        /// The service is here; the operation is not, or not known to AWS at all.
        case noOperation(ServiceDescription, name: String, WireDialect)
        /// No service of ours; the dialect is a guess from the request's form.
        case noService(name: String, WireDialect)
    }

    private struct PathRoute: Sendable {
        let service: String
        let method: String
        let path: String
        let template: PathTemplate
        let operation: String
        let isServed: Bool
        /// What tells it from the operations that share its method and path: the members of query and headers that it
        /// cannot do without.
        var distinctions: [MemberSchema] = []

        /// Whoever asks for more comes first.
        func precedes(_ other: PathRoute) -> Bool {
            let (mine, theirs) = (self.template.specificity, other.template.specificity)
            if mine != theirs { return mine > theirs }
            if self.distinctions.count != other.distinctions.count {
                return self.distinctions.count > other.distinctions.count
            }
            return self.isServed != other.isServed ? self.isServed : self.operation < other.operation
        }

        func matches(_ request: WireRequest, queryNames: Set<String>) -> Bool {
            guard self.method == request.method else { return false }
            let isComplete = self.distinctions.allSatisfy { member in
                member.location == .query
                    ? queryNames.contains(member.wireName) : request.headers[member.wireName] != nil
            }
            return isComplete && self.template.labels(of: request.path, query: request.query) != nil
        }
    }

    private let registry: OperationRegistry
    private let byTargetPrefix: [String: String]
    private let bySigningName: [String: String]
    private let paths: [PathRoute]
    private let pathsByService: [String: [PathRoute]]
    /// Methods of operations whose body is not held whole.
    let streamingMethods: Set<String>

    init(_ registry: OperationRegistry) {
        self.registry = registry
        var byTargetPrefix: [String: String] = [:]
        var bySigningName: [String: String] = [:]
        var paths: [PathRoute] = []
        for (name, service) in registry.services {
            if let prefix = service.description.targetPrefix { byTargetPrefix[prefix] = name }
            bySigningName[service.description.signingName] = name
            guard service.description.pathDialect != nil else { continue }
            paths += Self.paths(of: service, name)
        }
        self.byTargetPrefix = byTargetPrefix
        self.bySigningName = bySigningName
        self.paths = paths.sorted { $0.precedes($1) }
        self.pathsByService = Dictionary(grouping: self.paths, by: \.service)
        self.streamingMethods = Set(
            registry.services.values.flatMap(\.operations.values).filter(\.input.isPayloadStreamed).map(\.http.method))
    }

    private static func paths(of service: OperationRegistry.RegisteredService, _ name: String) -> [PathRoute] {
        var paths = service.operations.values.map { entry in
            PathRoute(
                service: name, method: entry.http.method, path: entry.http.path,
                template: PathTemplate(entry.http.path), operation: entry.name, isServed: true,
                distinctions: entry.input.members.filter {
                    $0.isRequired && [.query, .header].contains($0.location)
                })
        }
        paths += service.description.unservedPaths.map { unserved in
            PathRoute(
                service: name, method: unserved.method, path: unserved.path, template: PathTemplate(unserved.path),
                operation: unserved.operation, isServed: false)
        }
        let siblings = Dictionary(grouping: paths) { "\($0.method) \($0.path)" }.mapValues(\.count)
        return paths.map { path in
            var path = path
            // Alone on its path, an operation is meant also where a member is missing, and can say so.
            if siblings["\(path.method) \(path.path)"] == 1 { path.distinctions = [] }
            return path
        }
    }

    /// Whether the body of the request that begins so is better not waited for.
    func streamsBody(_ head: WireRequest, signingName: String?) -> Bool {
        guard case .operation(_, let entry, _) = self.route(head, signingName: signingName) else { return false }
        return entry.input.isPayloadStreamed
    }

    /// - Parameter signingName: from the credential scope, if the request has one.
    func route(_ request: WireRequest, signingName: String?) -> Route {
        if request.headers[RPCV2CBORCodec.protocolHeader] == RPCV2CBORCodec.protocolName {
            return self.route(cbor: request)
        }
        if let target = request.headers["X-Amz-Target"] { return self.route(target: target, request) }
        let name = signingName.flatMap { self.bySigningName[$0] }
        if let name, let service = self.registry.services[name] {
            if let dialect = service.description.pathDialect { return self.route(path: request, service, dialect) }
            if service.description.dialects.contains(.awsQuery) { return self.route(form: request, service, .awsQuery) }
            if service.description.dialects.contains(.ec2Query) { return self.route(form: request, service, .ec2Query) }
            return .noOperation(
                service.description, name: "\(request.method) \(request.path)",
                service.description.dialects.first ?? .awsJSON11)
        }
        if let signingName { return .noService(name: signingName, Self.guess(request, signingName: signingName)) }
        return self.routeUnsigned(request)
    }

    /// `POST /service/SERVICE/operation/OPERATION`.
    private func route(cbor request: WireRequest) -> Route {
        let segments = request.path.split(separator: "/").map(String.init)
        guard segments.count == 4, segments[0] == "service", segments[2] == "operation" else {
            return .noService(name: "\(request.method) \(request.path)", .rpcV2CBOR)
        }
        guard let name = self.byTargetPrefix[segments[1]], let service = self.registry.services[name] else {
            return .noService(name: "\(segments[1]).\(segments[3])", .rpcV2CBOR)
        }
        guard request.method == "POST", service.description.dialects.contains(.rpcV2CBOR) else {
            return .noOperation(
                service.description, name: "\(segments[3]) in protocol \(RPCV2CBORCodec.protocolName)", .rpcV2CBOR)
        }
        return self.found(segments[3], service, .rpcV2CBOR)
    }

    private func route(target: String, _ request: WireRequest) -> Route {
        let parts = target.split(separator: ".", maxSplits: 1)
        let dialect: WireDialect =
            request.headers["Content-Type"]?.contains("json-1.0") == true ? .awsJSON10 : .awsJSON11
        guard parts.count == 2, let name = self.byTargetPrefix[String(parts[0])],
            let service = self.registry.services[name]
        else {
            return .noService(name: target, dialect)
        }
        guard request.method == "POST", Self.isRoot(request) else {
            return .noOperation(service.description, name: "\(request.method) \(request.path)", dialect)
        }
        return self.found(String(parts[1]), service, dialect)
    }

    private func route(
        form request: WireRequest, _ service: OperationRegistry.RegisteredService, _ dialect: WireDialect
    ) -> Route {
        guard ["POST", "GET"].contains(request.method), Self.isRoot(request) else {
            return .noOperation(service.description, name: "\(request.method) \(request.path)", dialect)
        }
        let parameters = QueryParameters(form: AWSQueryCodec.form(of: request))
        let action = parameters.children["Action"]?.value ?? ""
        let version = parameters.children["Version"]?.value ?? service.description.apiVersion
        // Another version is another service of the same name: classic load balancers.
        guard version == service.description.apiVersion else {
            return .noOperation(service.description, name: "\(action) for version \(version)", dialect)
        }
        return self.found(action, service, dialect)
    }

    private func route(
        path request: WireRequest, _ service: OperationRegistry.RegisteredService, _ dialect: WireDialect
    ) -> Route {
        let names = Self.queryNames(request)
        let match = self.pathsByService[service.description.name]?.first { $0.matches(request, queryNames: names) }
        guard let match else {
            return .noOperation(service.description, name: "\(request.method) \(request.path)", dialect)
        }
        return self.found(match.operation, service, dialect)
    }

    private static func queryNames(_ request: WireRequest) -> Set<String> {
        request.query.isEmpty ? [] : Set(PercentEncoding.pairs(request.query, plusIsSpace: false).map(\.name))
    }

    private func routeUnsigned(_ request: WireRequest) -> Route {
        if let (action, version) = Self.action(request) {
            let service = self.registry.services.values.first {
                $0.description.apiVersion == version && $0.description.dialects.contains(.awsQuery)
                    && $0.description.operationNames.contains(action)
            }
            guard let service else { return .noService(name: "\(action) for version \(version)", .awsQuery) }
            return self.found(action, service, .awsQuery)
        }
        let names = Self.queryNames(request)
        for path in self.paths where path.matches(request, queryNames: names) {
            guard let service = self.registry.services[path.service], let dialect = service.description.pathDialect
            else { continue }
            return self.found(path.operation, service, dialect)
        }
        return .noService(name: "\(request.method) \(request.path)", Self.guess(request, signingName: nil))
    }

    private func found(_ name: String, _ service: OperationRegistry.RegisteredService, _ dialect: WireDialect) -> Route
    {
        guard let entry = service.operations[name] else {
            return .noOperation(service.description, name: name, dialect)
        }
        return .operation(service, entry, dialect)
    }

    /// What an unsigned query request asks for. Other bodies may be large and are not read as forms.
    private static func action(_ request: WireRequest) -> (action: String, version: String)? {
        let isForm = request.body.isEmpty || request.headers["Content-Type"]?.contains("x-www-form-urlencoded") == true
        guard isForm, Self.isRoot(request) else { return nil }
        let parameters = QueryParameters(form: AWSQueryCodec.form(of: request))
        guard let action = parameters.children["Action"]?.value, let version = parameters.children["Version"]?.value
        else { return nil }
        return (action, version)
    }

    /// The protocols without HTTP bindings know one path only.
    private static func isRoot(_ request: WireRequest) -> Bool { request.path.isEmpty || request.path == "/" }

    /// The dialect that the client of another service most likely speaks.
    private static func guess(_ request: WireRequest, signingName: String?) -> WireDialect {
        if request.headers[RPCV2CBORCodec.protocolHeader] == RPCV2CBORCodec.protocolName { return .rpcV2CBOR }
        if signingName == "ec2" { return .ec2Query }
        let type = request.headers["Content-Type"] ?? ""
        if type.contains("x-www-form-urlencoded") { return .awsQuery }
        if type.contains("json") { return .restJSON1 }
        // A signed request without a body says nothing more; few services answer in XML.
        return signingName.map { Self.xmlServices.contains($0) } ?? true ? .restXML : .restJSON1
    }

    private static let xmlServices: Set = ["cloudfront", "route53", "s3", "s3express", "s3-object-lambda"]
}

extension ServiceDescription {
    /// The dialect in which operations are told apart by method and path, if it has one.
    fileprivate var pathDialect: WireDialect? { self.dialects.first { $0 == .restJSON1 || $0 == .restXML } }
}
