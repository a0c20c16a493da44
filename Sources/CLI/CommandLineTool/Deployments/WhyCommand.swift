package import ArgumentParser
internal import DeploymentEngine
internal import Model
internal import ServerFiles
internal import WireProtocol

/// `teal why`: the one reason why a service or a deployment is not finished.
package struct WhyCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Say why a service or a deployment is not finished, and what would help.",
        discussion: """
            NAME is a service's name or ARN, the ARN of a service deployment of Amazon ECS, or the id of a CodeDeploy deployment. \
            Of a service, its newest deployment is looked at.
            """)

    @Argument(help: "The service or deployment.")
    var name: String

    @Option(help: "Cluster of a service that is given by its name.")
    var cluster = "default"

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var server: ServerOptions

    package init() {}

    package func validate() throws {
        guard !self.name.isEmpty else { throw ValidationError("the name of the service or deployment is empty") }
        try self.server.validate()
    }

    package func run() async throws {
        do {
            let look = DeploymentLook(aws: try await self.server.client(), address: try await self.server.address())
            let facts = try await look.facts(of: DeploymentReference(self.name, cluster: self.cluster))
            let diagnosis = Diagnosis(facts, at: SystemWallClock().now())
            if self.json {
                let document = diagnosis.document(of: facts.deployment?.id)
                print(String(decoding: document.serialized, as: UTF8.self))
            } else {
                for line in diagnosis.lines { print(line) }
            }
        } catch let failure as CommandFailure {
            CommandOutput.fail(failure.description)
            throw ExitCode.failure
        } catch let failure as ServerFailure {
            CommandOutput.fail(failure.description)
            throw ExitCode.failure
        } catch let failure as MissingEnvironment {
            CommandOutput.fail(failure.description)
            throw ExitCode.failure
        } catch let error as AWSError {
            CommandOutput.fail(error.message)
            throw ExitCode.failure
        }
    }
}

/// What `teal why` is asked about.
enum DeploymentReference: Equatable {
    case service(cluster: String, name: String)
    case serviceDeployment(arn: String, cluster: String, service: String)
    case codeDeploy(id: String)

    /// - Parameter cluster: of a service's bare name.
    /// - Throws: `CommandFailure` for the ARN of something else.
    init(_ text: String, cluster: String) throws(CommandFailure) {
        guard text.hasPrefix("arn:") else {
            self = Self.isDeploymentID(text) ? .codeDeploy(id: text) : .service(cluster: cluster, name: text)
            return
        }
        let segments = ARN(text)?.resourceSegments ?? []
        switch (segments.first, segments.count) {
        case ("service", 2): self = .service(cluster: cluster, name: segments[1])
        case ("service", 3): self = .service(cluster: segments[1], name: segments[2])
        case ("service-deployment", 4):
            self = .serviceDeployment(arn: text, cluster: segments[1], service: segments[2])
        default: throw CommandFailure("\(text) is the ARN of neither a service nor a service deployment")
        }
    }

    /// `d-` and nine capital letters or digits.
    private static func isDeploymentID(_ text: String) -> Bool {
        text.hasPrefix("d-") && text.count == 11
            && text.dropFirst(2).allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber) }
    }
}
