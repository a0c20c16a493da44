internal import CloudWatchService
internal import CodeDeployService
internal import DeploymentEngine
internal import ECSService
internal import ELBv2Service
internal import IAMService
internal import LambdaService
internal import Logging
internal import LogsService
internal import Model
internal import ReceiptService
internal import S3Service
internal import ServerFiles
internal import ServiceLifecycle
internal import Store
internal import TrafficRouting
internal import WireProtocol
internal import WorkloadRuntime

/// Every service and controller of one server, wired to each other through AWS API calls.
struct ControlPlane {
    let registry: OperationRegistry
    let loadBalancing: LoadBalancing
    let taskPages: TaskPages
    let codePage: CodePage
    let receipts: Receipts
    /// In the order in which they start; they stop in the reverse order.
    let services: [any Service]
    /// Start after everything else, the API's listeners too, and stop first.
    let functions: [any Service]

    /// - Parameter secret: known to this data directory's servers alone.
    init(
        _ configuration: ServerConfiguration, secret: String, store: Store, logStore: LogStore,
        metricStore: MetricStore, runtime: any WorkloadRuntime, endpoints: Endpoints, clock: any WallClock,
        logger: Logger
    ) throws {
        let directory = configuration.dataDirectory
        let dispatch = InProcessDispatch(logger: logger)
        func client(_ service: String) -> AWSClient {
            AWSClient(transport: dispatch, scope: configuration.scope, principal: .service(service))
        }
        let workers = configuration.loadBalancer.workers > 0 ? configuration.loadBalancer.workers : Processors.count
        let loadBalancing = LoadBalancing(
            store: store,
            binding: ListenerBinding(
                addresses: try Self.addresses(configuration.loadBalancer),
                portOffset: configuration.loadBalancer.portOffset, workers: workers),
            clock: clock, logger: logger)
        let proxy = ProxyCommand(
            executable: configuration.executable,
            arguments: [
                "proxy", "--socket", directory.proxySocket, "--state", directory.proxyState, "--workers",
                String(workers),
            ],
            dataDirectory: directory.path)
        let logs = LogsHandlers(store: logStore, clock: clock, logger: logger)
        let lambda = LambdaHandlers(
            configuration: .init(directory: directory.functions, endpoint: endpoints.local, linkSecret: secret),
            store: store,
            aws: client("lambda.amazonaws.com"), clock: clock, logger: logger)
        let cloudWatch = CloudWatchHandlers(
            store: store, metrics: metricStore, aws: client("monitoring.amazonaws.com"), clock: clock,
            timeScale: configuration.timeScale, logger: logger)
        let objects = S3Handlers(store: store, directory: directory.objects, clock: clock, logger: logger)
        let taskEnvironment = TaskEnvironment { endpoints.forTasks }
        let sessions = TaskRoleSessions(aws: client("ecs-tasks.amazonaws.com"), clock: clock)
        self.taskPages = TaskPages(
            store: store, account: configuration.scope.account, sessions: sessions,
            aws: client("ecs-tasks.amazonaws.com"))
        let codeDeploy = CodeDeployHandlers(
            store: store, aws: client("codedeploy.amazonaws.com"), clock: clock, timeScale: configuration.timeScale,
            logger: logger)

        var registry = OperationRegistry()
        IAMHandlers(store: store, clock: clock).register(in: &registry)
        STSHandlers(store: store, clock: clock).register(in: &registry)
        loadBalancing.handlers.register(in: &registry)
        logs.register(in: &registry)
        lambda.register(in: &registry)
        objects.register(in: &registry)
        ECSHandlers(
            store: store, aws: client("ecs.amazonaws.com"), clock: clock, taskEnvironment: taskEnvironment,
            timeScale: configuration.timeScale, logger: logger
        ).register(in: &registry)
        codeDeploy.register(in: &registry)
        cloudWatch.register(in: &registry)
        dispatch.connect(registry)
        self.registry = registry
        self.loadBalancing = loadBalancing

        let account = configuration.scope.account
        var services: [any Service] = [
            loadBalancing.publisher,
            loadBalancing.supervisor(
                proxy, atStop: configuration.isEphemeral ? .shutDown(grace: .seconds(1)) : .leaveRunning),
            loadBalancing.drains,
            loadBalancing.metrics(client("elasticloadbalancing.amazonaws.com"), timeScale: configuration.timeScale),
        ]
        services += logs.services
        services += lambda.services
        services += objects.services
        services.append(
            TaskController(
                store: store, runtime: runtime, aws: client("ecs-tasks.amazonaws.com"), sessions: sessions,
                output: Self.containerOutput(logs, account: account), clock: clock, account: account, logger: logger))
        services.append(
            ServiceScheduler(
                store: store, aws: client("ecs.amazonaws.com"), clock: clock, account: account,
                timeScale: configuration.timeScale, taskEnvironment: taskEnvironment, logger: logger))
        services.append(
            ECSHandlers.deploymentController(
                store: store, aws: client("ecs.amazonaws.com"), clock: clock, account: account, logger: logger))
        services.append(
            UtilizationPublisher(
                store: store, runtime: runtime, aws: client("ecs.amazonaws.com"), clock: clock,
                timeScale: configuration.timeScale, processors: Processors.count, logger: logger))
        services.append(
            TaskDefinitionDeletions(
                store: store, clock: clock, account: account, timeScale: configuration.timeScale, logger: logger))
        services += codeDeploy.services
        services += cloudWatch.services
        self.receipts = Receipts(
            store: store, clock: clock, account: account, reading: { TrafficReading(loadBalancing.counters) },
            targets: { snapshot, service in
                try ServiceTargets.registrations(of: service, in: snapshot).map {
                    RegisteredTarget(revision: $0.revision, group: $0.group, id: $0.id, port: $0.port)
                }
            })
        services.append(ReceiptRecorder(self.receipts, logger: logger))
        self.services = services
        self.functions = lambda.functions
        self.codePage = lambda.codePage
    }

    private static func containerOutput(_ logs: LogsHandlers, account: String) -> ContainerOutput {
        ContainerOutput(
            position: { try await logs.sourcePosition(group: $0.group, stream: $0.name, region: $0.region) },
            append: { stream, lines, position in
                try await logs.append(
                    lines: lines, upTo: position, group: stream.group, stream: stream.name,
                    in: Scope(account: account, region: stream.region))
            })
    }

    /// - Throws: `ServerFailure` naming an address that is none.
    private static func addresses(_ loadBalancer: ServerConfiguration.LoadBalancer) throws(ServerFailure) -> [IPAddress]
    {
        var addresses: [IPAddress] = []
        for text in loadBalancer.bindAddresses.isEmpty ? Loopback.addresses : loadBalancer.bindAddresses {
            guard let address = IPAddress(text) else {
                throw ServerFailure("--lb-bind takes an IP address, not '\(text)'")
            }
            addresses.append(address)
        }
        return addresses
    }
}
