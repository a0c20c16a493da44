package import Store

/// Where the tasks of services are registered.
package enum ServiceTargets {
    package struct Registration: Hashable, Sendable {
        /// `ecs-svc/NNN`.
        package let revision: String
        /// ARN of the target group.
        package let group: String
        package let id: String
        package let port: Int
    }

    /// Of every task of the service that has not stopped.
    package static func registrations(of service: ServiceKey, in snapshot: StoreSnapshot) throws -> [Registration] {
        try snapshot.openTasks(of: service).flatMap { task -> [Registration] in
            guard let revision = task.revision else { return [] }
            return try TaskAssembly.decode(task.body).registrations.map {
                Registration(revision: revision, group: $0.group, id: $0.id, port: $0.port)
            }
        }
    }
}
