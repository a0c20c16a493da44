internal import DataPlane
internal import Glibc
internal import Logging

// Stands in for `teal proxy`, so that the supervisor's tests need not build the whole product. Argument: data directory.
let directory = CommandLine.arguments.dropFirst().first ?? "."
exit(
    ProxyProcess.run(
        ProxyConfiguration(socketPath: directory + "/proxy.sock", stateDirectory: directory, workers: 1, grace: .zero),
        logger: Logger(label: "proxy")))
