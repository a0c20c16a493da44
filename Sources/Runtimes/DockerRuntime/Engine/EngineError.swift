/// What a Docker engine answered instead of doing it.
struct EngineError: Error, Equatable, CustomStringConvertible {
    let status: Int
    let message: String

    var isNotFound: Bool { self.status == 404 }
    var isConflict: Bool { self.status == 409 }

    /// As the Docker client and the ECS agent word it.
    var description: String { "Error response from daemon: \(self.message)" }
}
