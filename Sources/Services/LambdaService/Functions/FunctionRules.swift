internal import FunctionRuntime
internal import LambdaAPI
internal import WireProtocol

/// Lambda's rules on a function's configuration that its model does not state.
enum FunctionRules {
    static func checkRuntime(_ runtime: Lambda.Runtime) throws {
        guard FunctionLanguage(runtime: runtime.rawValue) != nil else {
            throw Lambda.Errors.invalidParameterValueException(
                "The runtime parameter of \(runtime.rawValue) is not supported by this implementation of Lambda. It runs "
                    + "python3.x, nodejsNN.x and provided.*.")
        }
    }

    static func checkEnvironment(_ variables: [String: String]) throws {
        let reserved = variables.keys.filter { EnvironmentVariables.reserved.contains($0) }.sorted()
        guard reserved.isEmpty else {
            throw Lambda.Errors.invalidParameterValueException(
                "Lambda was unable to configure your environment variables because the environment variables you have provided "
                    + "contains reserved keys that are currently not supported for modification. Reserved keys used in this "
                    + "request: \(reserved.joined(separator: ", "))")
        }
        let size = variables.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard size <= 4096 else {
            throw Lambda.Errors.invalidParameterValueException(
                "Lambda was unable to configure your environment variables because the environment variables you have provided "
                    + "exceeded the 4KB limit.")
        }
    }

    static func checkRole(_ role: String) throws {
        guard role.contains(":iam:"), role.contains(":role/") else {
            throw Lambda.Errors.invalidParameterValueException(
                "The role defined for the function cannot be assumed by Lambda.")
        }
    }
}
