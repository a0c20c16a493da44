internal import WorkloadRuntime

/// The environment of a container's program: `PATH`, what the definition says, and the ports. Nothing of the server's own.
///
/// The ports come last, because the program can listen nowhere else: `PORT` is where the container's first port mapping
/// leads, `PORT_<container port>` each one, those of the task's other containers included (the container's own first).
struct ProcessEnvironment: Equatable {
    private var names: [String] = []
    private var values: [String: String] = [:]

    init(_ specification: ContainerSpecification, in sandbox: Sandbox, searchPath: String) {
        self["PATH"] = searchPath
        for variable in specification.environment { self[variable.name] = variable.value }
        let own = sandbox.bindings.filter { $0.containerName == specification.name }
        let others = sandbox.bindings.filter { $0.containerName != specification.name }
        for binding in others + own.reversed() { self["PORT_\(binding.containerPort)"] = String(binding.port) }
        if let first = own.first { self["PORT"] = String(first.port) }
    }

    subscript(name: String) -> String? {
        get { self.values[name] }
        set {
            if self.values.updateValue(newValue ?? "", forKey: name) == nil { self.names.append(name) }
        }
    }

    /// `NAME=value`, in the order of first mention.
    var entries: [String] { self.names.map { "\($0)=\(self.values[$0] ?? "")" } }
}
