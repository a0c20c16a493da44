internal import Model
internal import WorkloadRuntime

/// `sandbox.json` in a task's folder: the ports that the task was given.
enum SandboxRecord {
    static func read(from folder: String) throws -> Sandbox? {
        guard let bytes = try Files.read("\(folder)/sandbox.json") else { return nil }
        let json = try JSONValue(parsing: bytes)
        guard let taskID = json["taskID"]?.string, let mode = json["networkMode"]?.string.flatMap(NetworkMode.init),
            let address = json["address"]?.string, let bindings = json["bindings"]?.array
        else { return nil }
        return Sandbox(
            taskID: taskID, runtime: .process, networkMode: mode, reference: folder, address: address, macAddress: nil,
            bindings: bindings.compactMap(Self.binding))
    }

    static func write(_ sandbox: Sandbox, to folder: String) throws(SystemError) {
        let json = JSONValue.object([
            .init("taskID", .string(sandbox.taskID)),
            .init("networkMode", .string(sandbox.networkMode.rawValue)),
            .init("address", .string(sandbox.address)),
            .init("bindings", .array(sandbox.bindings.map(Self.json))),
        ])
        try Files.writeDurably(json.serialized, to: "\(folder)/sandbox.json")
    }

    private static func json(of binding: PortBinding) -> JSONValue {
        .object([
            .init("container", .string(binding.containerName)),
            .init("containerPort", .integer(Int64(binding.containerPort))),
            .init("address", .string(binding.address)),
            .init("port", .integer(Int64(binding.port))),
            .init("transport", .string(binding.transport.rawValue)),
        ])
    }

    private static func binding(from json: JSONValue) -> PortBinding? {
        guard let container = json["container"]?.string, let containerPort = json["containerPort"]?.integer,
            let address = json["address"]?.string, let port = json["port"]?.integer,
            let transport = json["transport"]?.string.flatMap(PortRequest.Transport.init)
        else { return nil }
        return PortBinding(
            containerName: container, containerPort: Int(containerPort), address: address, port: Int(port),
            transport: transport)
    }
}
