internal import CLinux
internal import Glibc

/// Why a container's program could not be started, in words for `CannotStartContainerError`.
struct StartFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    init(_ failure: Spawn.Failure, launching record: LaunchRecord) {
        switch failure.step {
        case teal_spawn_step_execute: self.init("exec \"\(record.executable)\": \(failure.reason)")
        case teal_spawn_step_directory: self.init("working directory \"\(record.workingDirectory)\": \(failure.reason)")
        case teal_spawn_step_limits: self.init("ulimits: \(failure.reason)")
        default: self.init("starting \"\(record.executable)\": \(failure.reason)")
        }
    }
}
