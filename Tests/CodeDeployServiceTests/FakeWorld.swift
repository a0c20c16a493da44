import CloudWatchAPI
import CodeDeployAPI
import ECSAPI
import ELBv2API
import LambdaAPI
import LogsAPI
import Model
import Store
import Synchronization
import WireProtocol

/// ECS, a load balancer and Lambda as far as a deployment sees them: one service with task sets, listeners with weights,
/// functions with a temper. Refuses what would lose requests.
final class FakeWorld: Sendable {
    enum Function: Sendable {
        case reports(CodeDeploy.LifecycleEventStatus)
        case silent
        case denied
    }

    struct State: Sendable {
        var taskSets: [ECS.TaskSet] = []
        /// Forward actions of the default rules, by listener ARN.
        var listeners: [String: ELBv2.Action] = [:]
        /// Actions of further rules by their ARNs, by listener ARN.
        var rules: [String: [String: ELBv2.Action]] = [:]
        var functions: [String: Function] = [:]
        var alarms: [String: CloudWatch.StateValue] = [:]
        /// Lines by log group, all of them logged in the first second.
        var logs: [String: [String]] = [:]
        var greenBecomesHealthy = true
        /// How many routing calls are answered before one is served.
        var unservedRoutingCalls = 0
        /// Operations of which the next call does its work, and never answers.
        var hangs: Set<String> = []
        /// Calls wait until theirs is finished.
        var gates: [String: AsyncStream<Void>] = [:]
        /// Errors that DescribeTaskDefinition answers with, one a call, before it answers properly.
        var taskDefinitionErrors: [AWSError] = []
        var serviceExists = true
        /// What the production listener gave green, in order, without repetitions.
        var productionWeights: [Int] = []
        var invocations: [(function: String, payload: String)] = []
        var violations: [String] = []
    }

    static let scope = Scope(account: "123456789012", region: "us-east-1")
    static let blueGroup = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/blue/0000000000000001"
    static let greenGroup = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/green/0000000000000002"
    static let production = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/lb/1/1"
    static let test = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/lb/1/2"

    let state = Mutex(State())
    /// Passes only while a call hangs.
    let attemptClock = SteppingClock(Timestamp(seconds: 1_700_000_000))

    init() {
        self.state.withLock { state in
            state.taskSets = [Self.taskSet("ecs-svc/1", group: Self.blueGroup, status: "PRIMARY")]
            state.listeners[Self.production] = ELBv2.Action(type: .forward, targetGroupArn: Self.blueGroup)
            state.listeners[Self.test] = ELBv2.Action(type: .forward, targetGroupArn: Self.greenGroup)
        }
    }

    private static func taskSet(_ id: String, group: String, status: String) -> ECS.TaskSet {
        ECS.TaskSet(
            id: id, status: status, taskDefinition: "app:1", computedDesiredCount: 2, pendingCount: 0, runningCount: 2,
            launchType: .fargate,
            loadBalancers: [.init(targetGroupArn: group, containerName: "web", containerPort: 80)],
            stabilityStatus: .steadyState)
    }

    /// Percentages by target group.
    func weights(of listener: String = FakeWorld.production) -> [String: Int] {
        self.state.withLock { Self.weights($0.listeners[listener]) }
    }

    private static func weights(_ action: ELBv2.Action?) -> [String: Int] {
        if let tuples = action?.forwardConfig?.targetGroups {
            return Dictionary(tuples.map { ($0.targetGroupArn ?? "", $0.weight ?? 1) }) { $1 }
        }
        return [action?.targetGroupArn ?? "": 100]
    }

    private static func healthy(_ group: String, _ state: State) -> Int {
        let taskSet = state.taskSets.first { $0.loadBalancers?.first?.targetGroupArn == group }
        return taskSet?.stabilityStatus == .steadyState ? 2 : 0
    }
}

extension FakeWorld {
    func register(in registry: inout OperationRegistry, client: AWSClient) {
        let errors = ValidationErrors { _, failures in AWSError(code: "ValidationException", message: "\(failures)") }
        registry.register(ECS.service, validationErrors: errors)
        registry.register(ELBv2.service, validationErrors: errors)
        registry.register(Lambda.service, validationErrors: errors)
        self.registerECS(in: &registry)
        self.registerELBv2(in: &registry)
        registry.register(CloudWatch.service, validationErrors: errors)
        registry.handle(CloudWatch.DescribeAlarms.self) { input, _ in
            let alarms = self.state.withLock { $0.alarms }
            return .init(
                metricAlarms: (input.alarmNames ?? []).compactMap { name in
                    alarms[name].map { .init(alarmName: name, stateValue: $0) }
                })
        }
        registry.register(Logs.service, validationErrors: errors)
        self.registerLogs(in: &registry)
        registry.handle(Lambda.Invoke.self) { input, context in try await self.invoke(input, context, client) }
    }

    private func registerLogs(in registry: inout OperationRegistry) {
        registry.handle(Lambda.GetFunctionConfiguration.self) { input, _ in .init(functionName: input.functionName) }
        registry.handle(Logs.DescribeLogStreams.self) { input, _ in
            guard self.state.withLock({ $0.logs[input.logGroupName ?? ""] }) != nil else {
                throw AWSError(code: "ResourceNotFoundException", message: "The specified log group does not exist.")
            }
            return .init(logStreams: [.init(logStreamName: "newest")])
        }
        registry.handle(Logs.GetLogEvents.self) { input, _ in
            let lines = self.state.withLock { $0.logs[input.logGroupName ?? ""] ?? [] }
            return .init(events: lines.map { .init(timestamp: input.startTime, message: $0) })
        }
    }

    private func registerECS(in registry: inout OperationRegistry) {
        registry.handle(ECS.DescribeServices.self) { input, _ in
            self.state.withLock { state in
                guard state.serviceExists, input.services == ["svc"] else {
                    return .init(services: [], failures: [.init(reason: "MISSING")])
                }
                return .init(services: [
                    ECS.Service(
                        serviceName: "svc", status: "ACTIVE", taskSets: state.taskSets,
                        deploymentController: .init(type: .codeDeploy))
                ])
            }
        }
        registry.handle(ECS.DescribeTaskDefinition.self) { input, _ in
            let errors = self.state.withLock { state in
                defer { state.taskDefinitionErrors = Array(state.taskDefinitionErrors.dropFirst()) }
                return state.taskDefinitionErrors
            }
            if let error = errors.first { throw error }
            guard input.taskDefinition == "app:2" else {
                throw ECS.Errors.clientException("Unable to describe task definition.")
            }
            return .init(
                taskDefinition: ECS.TaskDefinition(
                    containerDefinitions: [.init(name: "web", portMappings: [.init(containerPort: 80)])],
                    status: .active))
        }
        registry.handle(ECS.CreateTaskSet.self) { input, _ in
            try await self.wait(before: "CreateTaskSet")
            let output: ECS.CreateTaskSet.Output = self.state.withLock { state in
                // The external id stands for the client token: one task set a deployment.
                if let known = state.taskSets.first(where: { $0.externalId == input.externalId }) {
                    return .init(taskSet: known)
                }
                var taskSet = Self.taskSet(
                    "ecs-svc/\(input.externalId ?? "")", group: input.loadBalancers?.first?.targetGroupArn ?? "",
                    status: "ACTIVE")
                taskSet.externalId = input.externalId
                taskSet.taskDefinition = input.taskDefinition
                taskSet.stabilityStatus = state.greenBecomesHealthy ? .steadyState : .stabilizing
                state.taskSets.append(taskSet)
                return .init(taskSet: taskSet)
            }
            try await self.hang(after: "CreateTaskSet")
            return output
        }
        registry.handle(ECS.UpdateServicePrimaryTaskSet.self) { input, _ in
            self.state.withLock { state in
                for index in state.taskSets.indices {
                    state.taskSets[index].status =
                        state.taskSets[index].id == input.primaryTaskSet ? "PRIMARY" : "ACTIVE"
                }
                return .init()
            }
        }
        registry.handle(ECS.DeleteTaskSet.self) { input, _ in
            self.state.withLock { state in
                guard let index = state.taskSets.firstIndex(where: { $0.id == input.taskSet }) else { return .init() }
                let group = state.taskSets[index].loadBalancers?.first?.targetGroupArn ?? ""
                if Self.weights(state.listeners[Self.production])[group] ?? 0 > 0 {
                    state.violations.append("task set \(input.taskSet) deleted while it has weight")
                }
                state.taskSets.remove(at: index)
                return .init()
            }
        }
    }

    private func registerELBv2(in registry: inout OperationRegistry) {
        registry.handle(ELBv2.DescribeTargetGroups.self) { input, _ in
            let arns = ["blue": Self.blueGroup, "green": Self.greenGroup]
            guard let name = input.names?.first, let arn = arns[name] else {
                throw AWSError(code: "TargetGroupNotFound", message: "One or more target groups not found")
            }
            return .init(targetGroups: [.init(targetGroupArn: arn, targetGroupName: name, loadBalancerArns: ["lb"])])
        }
        registry.handle(ELBv2.DescribeListeners.self) { input, _ in
            guard let arn = input.listenerArns?.first, self.state.withLock({ $0.listeners[arn] != nil }) else {
                throw AWSError(code: "ListenerNotFound", message: "One or more listeners not found")
            }
            return .init(listeners: [.init(listenerArn: arn, loadBalancerArn: "lb", protocol: .http)])
        }
        registry.handle(ELBv2.DescribeRules.self) { input, _ in
            let (action, others) = self.state.withLock {
                ($0.listeners[input.listenerArn ?? ""], $0.rules[input.listenerArn ?? ""] ?? [:])
            }
            let rules = others.sorted { $0.key < $1.key }.map {
                ELBv2.Rule(ruleArn: $0.key, actions: [$0.value], isDefault: false)
            }
            return .init(
                rules: rules + [
                    .init(ruleArn: "rule", priority: "default", actions: action.map { [$0] }, isDefault: true)
                ])
        }
        registry.handle(ELBv2.ModifyRule.self) { input, context in
            self.state.withLock { state in
                for listener in state.rules.keys where state.rules[listener]?[input.ruleArn] != nil {
                    state.rules[listener]?[input.ruleArn] = input.actions?.last
                }
                state.unservedRoutingCalls -= 1
                context.replyHeaders.add("x-teal-routing-served", state.unservedRoutingCalls >= 0 ? "false" : "true")
                return .init()
            }
        }
        registry.handle(ELBv2.ModifyListener.self) { input, context in
            self.state.withLock { state in
                let action = input.defaultActions?.last
                let weights = Self.weights(action)
                let pair = weights.filter { $0.key == Self.blueGroup || $0.key == Self.greenGroup }
                if pair.values.reduce(0, +) != 100 { state.violations.append("weights \(weights)") }
                if pair.count != 2 { state.violations.append("not both groups: \(weights)") }
                let old = Self.weights(state.listeners[input.listenerArn])
                for (group, weight) in weights
                where input.listenerArn == Self.production && weight > old[group] ?? 0
                    && Self.healthy(group, state) == 0
                {
                    state.violations.append("weight \(weight) moved to a group without a healthy target")
                }
                state.listeners[input.listenerArn] = action
                let green = weights[Self.greenGroup] ?? 0
                if input.listenerArn == Self.production, state.productionWeights.last != green {
                    state.productionWeights.append(green)
                }
                state.unservedRoutingCalls -= 1
                context.replyHeaders.add("x-teal-routing-served", state.unservedRoutingCalls >= 0 ? "false" : "true")
                return .init()
            }
        }
        registry.handle(ELBv2.DescribeTargetHealth.self) { input, _ in
            let healthy = self.state.withLock { Self.healthy(input.targetGroupArn, $0) }
            return .init(
                targetHealthDescriptions: (0..<healthy).map {
                    .init(target: .init(id: "10.0.0.\($0)"), targetHealth: .init(state: .healthy))
                })
        }
    }

    private func wait(before operation: String) async throws {
        guard let gate = self.state.withLock({ $0.gates[operation] }) else { return }
        for await _ in gate {}
        try Task.checkCancellation()
    }

    private func hang(after operation: String) async throws {
        guard self.state.withLock({ $0.hangs.remove(operation) }) != nil else { return }
        await self.attemptClock.runFree()
        throw CancellationError()
    }

    /// A function that reports does so before its invocation is answered.
    private func invoke(
        _ input: Lambda.Invoke.Input, _ context: RequestContext, _ client: AWSClient
    ) async throws -> Lambda.Invoke.Output {
        let text = String(decoding: input.payload ?? [], as: UTF8.self)
        let function = self.state.withLock { state in
            state.invocations.append((input.functionName, text))
            return state.functions[input.functionName]
        }
        switch function {
        case nil:
            throw AWSError(
                code: "ResourceNotFoundException", message: "Function not found: \(input.functionName)", status: 404)
        case .denied:
            throw AWSError(code: "AccessDeniedException", message: "not authorized", status: 403)
        case .silent: break
        case .reports(let status):
            let payload = try JSONValue(parsing: text)
            _ = try await client.call(
                CodeDeploy.PutLifecycleEventHookExecutionStatus.self,
                .init(
                    deploymentId: payload["DeploymentId"]?.string,
                    lifecycleEventHookExecutionId: payload["LifecycleEventHookExecutionId"]?.string, status: status))
        }
        return .init(statusCode: 202)
    }
}
