package import ArgumentParser
internal import Hummingbird
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// `teal demo-app`: the web service that `teal demo` deploys. Answers every path with its version, and `/health` with 200.
package struct DemoApp: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "demo-app", abstract: "The web service that the demo deploys.", shouldDisplay: false)

    @Option(help: "What the service answers.")
    var version = "v1"

    package init() {}

    package func run() async throws {
        guard let port = getenv("PORT").flatMap({ Int(String(cString: $0)) }) else {
            throw ValidationError("demo-app needs PORT in its environment")
        }
        var logger = Logger(label: "demo-app")
        logger.logLevel = .error
        let version = self.version
        let app = Application(
            responder: CallbackResponder { (_: Request, _: BasicRequestContext) in
                Response(
                    status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
                    body: ResponseBody(byteBuffer: ByteBuffer(string: version + "\n")))
            },
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)), logger: logger)
        print("demo-app \(version) listening on port \(port)")
        try await app.runService(gracefulShutdownSignals: [.sigterm])
    }
}
