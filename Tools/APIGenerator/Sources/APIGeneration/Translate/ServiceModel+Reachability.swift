extension ServiceModel {
    /// The shapes that values of `roots` may contain, roots included.
    func reachable(from roots: [String]) throws -> Set<String> {
        var found: Set<String> = []
        var pending = roots
        while let name = pending.popLast() {
            guard found.insert(name).inserted else { continue }
            guard let shape = self.shapes[name] else { throw Diagnostic(name, "the model has no such shape") }
            pending += shape.memberShapes
        }
        return found
    }
}

extension ServiceModel.Shape {
    /// The shapes that this one names directly.
    var memberShapes: [String] {
        switch self.kind {
        case .boolean, .integer, .double, .string, .blob, .timestamp, .document: []
        case .list(let element, _, _): [element]
        case .map(let key, let value, _, _, _): [key, value]
        case .structure(let structure): structure.members.map(\.shape)
        }
    }

    var isBlob: Bool {
        if case .blob = self.kind { true } else { false }
    }
}
