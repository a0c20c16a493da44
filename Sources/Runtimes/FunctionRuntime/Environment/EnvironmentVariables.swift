internal import Model

/// The variables of a function's process (Lambda's "defined runtime environment variables").
package enum EnvironmentVariables {
    /// Names that a function's configuration must not set.
    package static let reserved: Set<String> = [
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN",
        "AWS_SECURITY_TOKEN", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT",
    ]

    /// Where and as whom one process runs.
    struct Place {
        /// `127.0.0.1:40123`.
        let runtimeAPI: String
        let logStream: String
        let runtimeDirectory: String
        let temporaryDirectory: String
        /// The API endpoint of the server.
        let endpoint: String
        let credentials: FunctionCredentials
    }

    /// The function's own variables win over the unreserved ones of the platform.
    static func variables(of function: FunctionSpecification, at place: Place, inherited: [String: String]) -> [String:
        String]
    {
        let platform = [
            "LANG": "en_US.UTF-8", "TZ": ":UTC", "TMPDIR": place.temporaryDirectory,
            "AWS_ENDPOINT_URL": place.endpoint, "NODE_PATH": "\(function.taskRoot)/node_modules",
            "PYTHONPATH": function.taskRoot, "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        ]
        var fixed = [
            "AWS_LAMBDA_RUNTIME_API": place.runtimeAPI, "_HANDLER": function.handler,
            "LAMBDA_TASK_ROOT": function.taskRoot,
            "LAMBDA_RUNTIME_DIR": place.runtimeDirectory, "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": function.version, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "\(function.memoryMB)",
            "AWS_LAMBDA_LOG_GROUP_NAME": function.logGroup, "AWS_LAMBDA_LOG_STREAM_NAME": place.logStream,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand", "AWS_REGION": function.arn.region,
            "AWS_DEFAULT_REGION": function.arn.region, "AWS_ACCESS_KEY_ID": place.credentials.accessKeyID,
            "AWS_SECRET_ACCESS_KEY": place.credentials.secretAccessKey,
            "AWS_SESSION_TOKEN": place.credentials.sessionToken,
        ]
        if function.language != .provided { fixed["AWS_EXECUTION_ENV"] = "AWS_Lambda_\(function.runtime)" }
        return inherited.merging(platform) { $1 }.merging(function.variables) { $1 }.merging(fixed) { $1 }
    }
}
