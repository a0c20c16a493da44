internal import DeploymentEngine
internal import Model

extension AppSpec {
    /// Reads YAML or JSON (spec: CodeDeploy AppSpec file structure for ECS).
    package init(parsing text: String) throws(AppSpecError) {
        let root = try AppSpecSection(try AppSpecDocument.parse(text), path: "")
        try root.allowOnly(["version", "Resources", "Hooks"])
        try Self.checkVersion(root)
        self.replacement = try Self.replacement(try Self.targetService(root))
        self.hooks = try Self.hooks(root)
    }

    /// AWS knows 0.0 only; 1.0 is common in the wild and means the same.
    private static func checkVersion(_ root: AppSpecSection) throws(AppSpecError) {
        guard let version = root.optional("version") else { return }
        let accepted: Bool =
            switch version {
            case .string(let text): ["0.0", "0", "1.0", "1"].contains(text)
            case .integer(let number): number == 0 || number == 1
            case .number(let number): number == 0 || number == 1
            case .null, .bool, .array, .object: false
            }
        guard accepted else { throw AppSpecError("The version of the AppSpec file must be 0.0.") }
    }

    /// The properties of the one resource.
    private static func targetService(_ root: AppSpecSection) throws(AppSpecError) -> AppSpecSection {
        let resources = try Self.singleKeyMaps(try root.required("Resources"), path: "Resources")
        guard let resource = resources.first, resources.count == 1 else {
            throw AppSpecError("Resources in the AppSpec file must hold exactly one Amazon ECS service.")
        }
        let section = try AppSpecSection(resource.value, path: "Resources.\(resource.name)")
        try section.allowOnly(["Type", "Properties"])
        let type = try section.text("Type")
        guard type == "AWS::ECS::Service" else {
            throw AppSpecError("\(section.path).Type in the AppSpec file must be AWS::ECS::Service, not \(type).")
        }
        return try section.section("Properties")
    }

    private static func replacement(
        _ properties: AppSpecSection
    ) throws(AppSpecError) -> CodeDeployDeployment.ReplacementParameters {
        try properties.allowOnly([
            "TaskDefinition", "LoadBalancerInfo", "PlatformVersion", "NetworkConfiguration", "CapacityProviderStrategy",
        ])
        let taskDefinition = try properties.text("TaskDefinition")
        guard !taskDefinition.hasPrefix("<") else {
            throw AppSpecError(
                "\(properties.path).TaskDefinition in the AppSpec file is the placeholder \(taskDefinition); it must name a task definition."
            )
        }
        let loadBalancer = try properties.section("LoadBalancerInfo")
        try loadBalancer.allowOnly(["ContainerName", "ContainerPort"])
        return CodeDeployDeployment.ReplacementParameters(
            taskDefinition: taskDefinition, containerName: try loadBalancer.text("ContainerName"),
            containerPort: try loadBalancer.integer("ContainerPort", in: 1...65535),
            platformVersion: try properties.optionalText("PlatformVersion"),
            network: try Self.network(properties), capacityProviders: try Self.capacityProviders(properties))
    }

    private static func network(
        _ properties: AppSpecSection
    ) throws(AppSpecError) -> CodeDeployDeployment.ReplacementParameters.Network? {
        guard let outer = try properties.optionalSection("NetworkConfiguration") else { return nil }
        try outer.allowOnly(["AwsvpcConfiguration"])
        let section = try outer.section("AwsvpcConfiguration")
        try section.allowOnly(["Subnets", "SecurityGroups", "AssignPublicIp"])
        let assignPublicIP = try section.text("AssignPublicIp").uppercased()
        guard assignPublicIP == "ENABLED" || assignPublicIP == "DISABLED" else {
            throw AppSpecError("\(section.path).AssignPublicIp in the AppSpec file must be ENABLED or DISABLED.")
        }
        return CodeDeployDeployment.ReplacementParameters.Network(
            subnets: try section.texts("Subnets"), securityGroups: try section.texts("SecurityGroups"),
            assignPublicIP: assignPublicIP)
    }

    private static func capacityProviders(
        _ properties: AppSpecSection
    ) throws(AppSpecError) -> [CodeDeployDeployment.ReplacementParameters.CapacityProvider]? {
        guard let value = properties.optional("CapacityProviderStrategy") else { return nil }
        guard let items = value.array else {
            throw AppSpecError("\(properties.path).CapacityProviderStrategy in the AppSpec file must be a list.")
        }
        var providers: [CodeDeployDeployment.ReplacementParameters.CapacityProvider] = []
        for (index, item) in items.enumerated() {
            let section = try AppSpecSection(item, path: "\(properties.path).CapacityProviderStrategy[\(index)]")
            try section.allowOnly(["CapacityProvider", "Base", "Weight"])
            providers.append(
                CodeDeployDeployment.ReplacementParameters.CapacityProvider(
                    name: try section.text("CapacityProvider"),
                    weight: try section.optionalInteger("Weight", in: 0...1000),
                    base: try section.optionalInteger("Base", in: 0...100_000)))
        }
        return providers.isEmpty ? nil : providers
    }

    private static func hooks(_ root: AppSpecSection) throws(AppSpecError) -> [HookFunction] {
        guard let value = root.optional("Hooks") else { return [] }
        var functions: [LifecycleEventName: String] = [:]
        for member in try Self.singleKeyMaps(value, path: "Hooks") {
            guard
                let event = LifecycleEventName.allCases.first(where: {
                    $0.rawValue.lowercased() == member.name.lowercased()
                }),
                event.isHook
            else {
                let valid = LifecycleEventName.allCases.filter(\.isHook).map(\.rawValue).joined(separator: ", ")
                throw AppSpecError(
                    "Hooks.\(member.name) in the AppSpec file is not a lifecycle event with a hook. Valid are: \(valid)."
                )
            }
            switch member.value {
            case .null, .string(""): continue
            case .string(let function):
                guard functions.updateValue(function, forKey: event) == nil else {
                    throw AppSpecError("Hooks.\(event.rawValue) appears more than once in the AppSpec file.")
                }
            case .bool, .integer, .number, .array, .object:
                throw AppSpecError("Hooks.\(event.rawValue) in the AppSpec file must name one Lambda function.")
            }
        }
        return LifecycleEventName.allCases.compactMap { event in
            functions[event].map { HookFunction(event: event, function: $0) }
        }
    }

    /// A list of maps with one key each, or one map.
    private static func singleKeyMaps(_ value: JSONValue, path: String) throws(AppSpecError) -> [JSONValue.Member] {
        switch value {
        case .object(let members): return members
        case .array(let elements):
            var members: [JSONValue.Member] = []
            for element in elements { members += try AppSpecSection(element, path: path).members }
            return members
        case .null, .bool, .integer, .number, .string:
            throw AppSpecError("\(path) in the AppSpec file must be a list.")
        }
    }
}
