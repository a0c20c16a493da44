internal import FunctionRuntime
internal import LambdaAPI
package import Logging
package import Model
package import ServiceLifecycle
package import Store
package import WireProtocol

/// The Lambda API, and all that runs behind it.
package struct LambdaHandlers: Sendable {
    package struct Configuration: Sendable {
        /// `<data-dir>/functions`: code, and the environments' own files.
        package var directory: String
        /// What functions find in `AWS_ENDPOINT_URL`.
        package var endpoint: String
        /// What addresses of code are signed with: known to the server alone, and the same after a restart.
        package var linkSecret: String

        package init(directory: String, endpoint: String, linkSecret: String) {
            self.directory = directory
            self.endpoint = endpoint
            self.linkSecret = linkSecret
        }
    }

    let store: Store
    let codes: FunctionCodeStore
    let pool: FunctionPool
    let runner: FunctionRunner
    let queue: InvocationQueue
    let clock: any WallClock
    let links: CodeLinks
    let endpoint: String
    let collector: CodeCollector
    private let logWriter: FunctionLogWriter

    /// - Parameter aws: reaches STS and Logs; acts as Lambda itself.
    package init(configuration: Configuration, store: Store, aws: AWSClient, clock: any WallClock, logger: Logger) {
        let aws = AWSClient(transport: aws.transport, scope: aws.scope, principal: .service("lambda.amazonaws.com"))
        let logWriter = FunctionLogWriter(aws: aws, logger: logger)
        let sessions = FunctionRoleSessions(aws: aws)
        self.store = store
        self.clock = clock
        self.logWriter = logWriter
        self.codes = FunctionCodeStore(root: configuration.directory)
        self.links = CodeLinks(secret: configuration.linkSecret)
        self.endpoint = configuration.endpoint
        self.collector = CodeCollector(store: store, codes: self.codes, clock: clock, logger: logger)
        self.pool = FunctionPool(
            configuration: .init(
                directory: configuration.directory + "/.environments", endpoint: configuration.endpoint),
            credentials: { try await sessions.credentials(for: $0) }, clock: clock, logger: logger,
            log: { logWriter.write($0) })
        self.runner = FunctionRunner(store: store, codes: self.codes, pool: self.pool)
        self.queue = InvocationQueue(store: store, runner: self.runner, clock: clock, logger: logger)
    }

    /// What has to be there as long as functions run.
    package var services: [any Service] { [self.logWriter, self.collector] }

    /// The functions themselves, in the order in which they start. Last to start and first to stop: a call that waits for a
    /// function is answered then, so that whoever answers it can stop too.
    package var functions: [any Service] { [self.queue, self.pool] }

    package var codePage: CodePage { CodePage(codes: self.codes, links: self.links, clock: self.clock) }

    package func register(in registry: inout OperationRegistry) {
        registry.register(Lambda.service, validationErrors: .lambda)
        registry.handle(Lambda.CreateFunction.self, self.createFunction)
        registry.handle(Lambda.UpdateFunctionCode.self, self.updateFunctionCode)
        registry.handle(Lambda.UpdateFunctionConfiguration.self, self.updateFunctionConfiguration)
        registry.handle(Lambda.GetFunction.self, self.getFunction)
        registry.handle(Lambda.GetFunctionConfiguration.self, self.getFunctionConfiguration)
        registry.handle(Lambda.GetFunctionCodeSigningConfig.self, self.getFunctionCodeSigningConfig)
        registry.handle(Lambda.ListFunctions.self, self.listFunctions)
        registry.handle(Lambda.DeleteFunction.self, self.deleteFunction)
        registry.handle(Lambda.PublishVersion.self, self.publishVersion)
        registry.handle(Lambda.ListVersionsByFunction.self, self.listVersionsByFunction)
        registry.handle(Lambda.CreateAlias.self, self.createAlias)
        registry.handle(Lambda.UpdateAlias.self, self.updateAlias)
        registry.handle(Lambda.GetAlias.self, self.getAlias)
        registry.handle(Lambda.DeleteAlias.self, self.deleteAlias)
        registry.handle(Lambda.ListAliases.self, self.listAliases)
        registry.handle(Lambda.Invoke.self, self.invoke)
        registry.handle(Lambda.AddPermission.self, self.addPermission)
        registry.handle(Lambda.RemovePermission.self, self.removePermission)
        registry.handle(Lambda.GetPolicy.self, self.getPolicy)
        registry.handle(Lambda.ListTags.self, self.listTags)
        registry.handle(Lambda.TagResource.self, self.tagResource)
        registry.handle(Lambda.UntagResource.self, self.untagResource)
        registry.handle(Lambda.PutFunctionConcurrency.self, self.putFunctionConcurrency)
        registry.handle(Lambda.GetFunctionConcurrency.self, self.getFunctionConcurrency)
        registry.handle(Lambda.DeleteFunctionConcurrency.self, self.deleteFunctionConcurrency)
        registry.handle(Lambda.PutFunctionEventInvokeConfig.self, self.putFunctionEventInvokeConfig)
        registry.handle(Lambda.UpdateFunctionEventInvokeConfig.self, self.updateFunctionEventInvokeConfig)
        registry.handle(Lambda.GetFunctionEventInvokeConfig.self, self.getFunctionEventInvokeConfig)
        registry.handle(Lambda.DeleteFunctionEventInvokeConfig.self, self.deleteFunctionEventInvokeConfig)
        registry.handle(Lambda.GetAccountSettings.self, self.getAccountSettings)
    }
}
