internal import Model

/// restJson1 and restXml: method, path and status by operation; members in path, query, headers and a body, which is a
/// document or, for a blob or a string, raw.
struct RestCodec: WireCodec {
    let documents: RestDocuments

    func input(of request: WireRequest, for operation: OperationFrame) throws(UnreadableInput) -> WireValue {
        var members = try self.body(request.body, of: operation.input)
        let labels = PathTemplate(operation.http.path).labels(of: request.path, query: request.query) ?? [:]
        let query = PercentEncoding.pairs(request.query, plusIsSpace: true)
        var failures: [ValidationFailure] = []
        for member in operation.input.members {
            switch member.location {
            case .body, .statusCode: break
            case .uri: Self.set(&members, member, labels[member.wireName].map { [$0] } ?? [], &failures)
            case .query: Self.set(&members, member, query.filter { $0.name == member.wireName }.map(\.value), &failures)
            case .header: Self.set(&members, member, request.headers.all(member.wireName), &failures)
            case .headers:
                let found = Self.prefixed(request.headers, member.wireName)
                if found != .map([]) { members[member.name] = found }
            }
        }
        guard failures.isEmpty else { throw .members(failures) }
        return .structure(members)
    }

    /// The members that travel in the body.
    /// - Parameter root: the root element's name, where it is not the shape's.
    private func body(
        _ bytes: [UInt8], of structure: StructureSchema, root: String? = nil
    ) throws(UnreadableInput) -> WireMembers {
        if let payload = structure.members.first(where: { $0.name == structure.payload }) {
            guard !bytes.isEmpty else { return [:] }
            switch payload.schema() {
            case .blob: return [payload.name: .blob(bytes)]
            case .string: return [payload.name: .string(String(decoding: bytes, as: UTF8.self))]
            case .structure(let inner):
                return [payload.name: try self.documents.value(bytes, as: inner, root: payload.wireName)]
            case .document, .boolean, .integer, .double, .timestamp, .list, .map: return [:]
            }
        }
        guard !bytes.isEmpty, structure.members.contains(where: { $0.location == .body }) else { return [:] }
        guard case .structure(var members) = try self.documents.value(bytes, as: structure, root: root) else {
            return [:]
        }
        for member in structure.members where member.location != .body { members[member.name] = nil }
        return members
    }

    private static func set(
        _ members: inout WireMembers, _ member: MemberSchema, _ texts: [String],
        _ failures: inout [ValidationFailure]
    ) {
        guard let text = texts.first else { return }
        if case .list(let list) = member.schema() {
            members[member.name] = .list(texts.compactMap { TextualScalar.value($0, as: list.element()) })
            return
        }
        guard let value = TextualScalar.value(text, as: member.schema()) else {
            let kind = TextualScalar.kind(of: member.schema())
            failures.append(ValidationFailure(path: member.wireName, reason: .wrongType(expected: kind), value: text))
            return
        }
        members[member.name] = value
    }

    private static func prefixed(_ headers: HeaderList, _ prefix: String) -> WireValue {
        let lowered = prefix.lowercased()
        return .map(
            headers.fields.filter { $0.name.lowercased().hasPrefix(lowered) }
                .map { (key: String($0.name.dropFirst(prefix.count)), value: .string($0.value)) })
    }

    func reply(_ output: WireValue, of operation: OperationFrame, requestID: String) -> WireResponse {
        var response = WireResponse(status: operation.http.status, headers: self.documents.identity(requestID))
        guard case .structure(let members) = output else { return response }
        for member in operation.output.members {
            guard let value = members[member.name] else { continue }
            switch member.location {
            case .header:
                response.headers.append(
                    member.wireName, TextualScalar.text(of: value, as: member.schema(), timestamps: .httpDate))
            case .statusCode: if case .integer(let status) = value { response.status = status }
            case .headers:
                if case .map(let entries) = value {
                    for entry in entries {
                        if case .string(let text) = entry.value {
                            response.headers.append(member.wireName + entry.key, text)
                        }
                    }
                }
            case .body, .query, .uri: break
            }
        }
        // A part of what was asked for has a status of its own (RFC 9110, section 15.3.7).
        if response.status == 200, response.headers["Content-Range"] != nil { response.status = 206 }
        guard response.status != 204, response.status != 304 else { return response }
        if let payload = operation.output.payload {
            let member = operation.output.members.first { $0.name == payload }
            response.body = self.payload(members[payload], member, operation)
            if case .structure? = member?.schema(), !response.body.isEmpty {
                response.headers.append("Content-Type", self.documents.contentType)
            }
        } else if self.documents.areEmptyWritten || operation.output.members.contains(where: { $0.location == .body }) {
            response.headers.append("Content-Type", self.documents.contentType)
            response.body = self.body(output, operation.output, named: operation.resultWrapper, operation)
        }
        return response
    }

    private func payload(_ value: WireValue?, _ member: MemberSchema?, _ operation: OperationFrame) -> [UInt8] {
        guard let value, let member else { return [] }
        if case .blob(let bytes) = value { return bytes }
        if case .string(let text) = value { return Array(text.utf8) }
        guard case .structure(let structure) = member.schema() else { return [] }
        return self.documents.bytes(
            value, as: structure, named: member.wireName, namespace: operation.service.xmlNamespace)
    }

    /// The document of the members that travel in the body.
    /// - Parameter root: `nil` for the shape's own name.
    private func body(
        _ value: WireValue, _ structure: StructureSchema, named root: String?, _ operation: OperationFrame
    ) -> [UInt8] {
        var members = WireMembers()
        if case .structure(let all) = value { members = all }
        let bodyNames = Set(structure.members.filter { $0.location == .body }.map(\.name))
        return self.documents.bytes(
            .structure(members.filter { bodyNames.contains($0.key) }), as: structure,
            named: root ?? structure.name, namespace: operation.service.xmlNamespace)
    }

    func reply(_ error: AWSError, of service: ServiceDescription, requestID: String) -> WireResponse {
        self.documents.reply(error, requestID: requestID)
    }

    func request(_ input: WireValue, for operation: OperationFrame) -> WireRequest {
        var labels: [String: String] = [:]
        var query: [String] = []
        var request = WireRequest(method: operation.http.method, target: "")
        guard case .structure(let members) = input else { return request }
        for member in operation.input.members {
            guard let value = members[member.name] else { continue }
            switch member.location {
            case .uri: labels[member.wireName] = TextualScalar.text(of: value, as: member.schema())
            case .query:
                let values: [WireValue] = if case .list(let elements) = value { elements } else { [value] }
                for value in values {
                    query.append(
                        "\(PercentEncoding.encode(member.wireName))=\(PercentEncoding.encode(TextualScalar.text(of: value, as: member.schema())))"
                    )
                }
            case .header:
                request.headers.append(
                    member.wireName, TextualScalar.text(of: value, as: member.schema(), timestamps: .httpDate))
            case .headers:
                guard case .map(let entries) = value else { break }
                for case (let key, .string(let text)) in entries { request.headers.append(member.wireName + key, text) }
            case .body, .statusCode: break
            }
        }
        let template = PathTemplate(operation.http.path)
        if !template.query.isEmpty { query.insert(template.query, at: 0) }
        request.target = template.path(labels) + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        if let payload = operation.input.payload {
            request.body = self.payload(
                members[payload], operation.input.members.first { $0.name == payload }, operation)
        } else if operation.input.members.contains(where: { $0.location == .body }) {
            request.headers.append("Content-Type", self.documents.contentType)
            request.body = self.body(input, operation.input, named: nil, operation)
        }
        return request
    }

    func output(of response: WireResponse, for operation: OperationFrame) throws -> WireValue {
        let failure = { (reason: String) in
            UnreadableReply(operation: operation.name, status: response.status, reason: reason)
        }
        guard (200..<300).contains(response.status) else { throw try self.documents.error(response, failure) }
        do {
            var members = try self.body(response.body, of: operation.output, root: operation.resultWrapper)
            var failures: [ValidationFailure] = []
            for member in operation.output.members {
                switch member.location {
                case .header: Self.set(&members, member, response.headers.all(member.wireName), &failures)
                case .statusCode: members[member.name] = .integer(response.status)
                case .headers:
                    let found = Self.prefixed(response.headers, member.wireName)
                    if found != .map([]) { members[member.name] = found }
                case .body, .query, .uri: break
                }
            }
            return .structure(members)
        } catch {
            throw failure("\(error)")
        }
    }
}
