package import Model

/// `services.json`: what is generated of each service.
package struct GeneratorConfiguration: Sendable {
    package struct Service: Sendable {
        /// The Swift namespace, and `NAMESPACEAPI` its module.
        package let namespace: String
        /// Folder of the model.
        package let model: String
        package let version: String
        /// Operations that Teal implements. Shapes are generated for these only.
        package let operations: [String]
        /// Root elements of XML replies that are not named after their shape, by operation: the model does not know them.
        package let roots: [String: String]

        package init(
            namespace: String, model: String, version: String, operations: [String], roots: [String: String] = [:]
        ) {
            self.namespace = namespace
            self.model = model
            self.version = version
            self.operations = operations
            self.roots = roots
        }
    }

    package let services: [Service]

    package init(parsing json: JSONValue) throws {
        guard let services = json["services"]?.array else { throw Diagnostic("services.json", "services is missing") }
        self.services = try services.map { entry in
            guard let namespace = entry["namespace"]?.string, let model = entry["model"]?.string,
                let version = entry["version"]?.string, let operations = entry["operations"]?.array
            else { throw Diagnostic("services.json", "a service lacks namespace, model, version or operations") }
            let roots = (entry["roots"]?.members ?? []).compactMap { root in root.value.string.map { (root.name, $0) } }
            return Service(
                namespace: namespace, model: model, version: version, operations: operations.compactMap(\.string),
                roots: Dictionary(roots) { $1 })
        }
    }
}
