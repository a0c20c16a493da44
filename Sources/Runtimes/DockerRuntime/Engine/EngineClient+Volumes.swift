internal import Model
internal import NIOHTTP1

extension EngineClient {
    struct Volume: Equatable, Sendable {
        var name: String
        /// `nil`: the engine's choice.
        var driver: String?
        var options: [String: String] = [:]
        var labels: [String: String]

        init(name: String, driver: String? = nil, options: [String: String] = [:], labels: [String: String]) {
            self.name = name
            self.driver = driver
            self.options = options
            self.labels = labels
        }

        fileprivate init(name: String, json: JSONValue) {
            self.name = name
            self.driver = json["Driver"]?.string
            self.options = ContainerState.strings(json["Options"])
            self.labels = ContainerState.strings(json["Labels"])
        }
    }

    /// `nil` where there is no such volume.
    func volume(_ name: String) async throws -> Volume? {
        do {
            return Volume(name: name, json: try await self.call(.GET, "/volumes/\(Self.escaped(name))"))
        } catch let error as EngineError where error.isNotFound {
            return nil
        }
    }

    /// Making one that is there already is no error.
    func createVolume(_ volume: Volume) async throws {
        var body: [JSONValue.Member] = [
            .init("Name", .string(volume.name)), .init("DriverOpts", .strings(volume.options)),
            .init("Labels", .strings(volume.labels)),
        ]
        if let driver = volume.driver { body.append(.init("Driver", .string(driver))) }
        _ = try await self.call(.POST, "/volumes/create", json: .object(body))
    }

    func removeVolumes(labels: [String]) async throws {
        let reply = try await self.call(.GET, "/volumes", query: [("filters", Self.filters(labels: labels))])
        for name in (reply["Volumes"]?.array ?? []).compactMap({ $0["Name"]?.string }) {
            try await self.removeVolume(name)
        }
    }

    func removeVolume(_ name: String) async throws {
        do {
            _ = try await self.call(.DELETE, "/volumes/\(Self.escaped(name))")
        } catch let error as EngineError where error.isNotFound {}
    }
}
