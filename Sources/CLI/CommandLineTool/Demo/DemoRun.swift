internal import CodeDeployAPI
internal import Model
internal import ServerFiles
internal import WireProtocol

/// The demo from the first API call to the receipt.
struct DemoRun: Sendable {
    let aws: AWSClient
    /// The server's address, for its own pages.
    let endpoint: String
    let executable: String
    let finalVerdict: CodeDeploy.LifecycleEventStatus
    let rate: Int
    let connections: Int

    /// - Returns: whether every request was answered by a version of the service, and the deployment ended as it should.
    func perform() async throws -> Bool {
        let ports = try FreePorts.take(2)
        let stack = DemoStack(
            aws: self.aws, executable: self.executable, productionPort: ports[0], testPort: ports[1],
            finalVerdict: self.finalVerdict)
        var display = DemoDisplay(isTerminal: CommandOutput.isTerminal)
        display.note("Creating load balancer, service v1 and CodeDeploy group through the AWS APIs …")
        let groups = try await stack.create()
        let counters = LoadCounters()
        let load = LoadGenerator(
            url: "http://127.0.0.1:\(ports[0])/", rate: self.rate, connections: self.connections, counters: counters)
        display.note(
            "v1 is live on http://127.0.0.1:\(ports[0])/ with \(self.rate) requests a second on \(self.connections) connections."
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await load.run() }
            let taskDefinition = try await stack.registerTaskDefinition(version: "v2")
            let deployment = try await stack.deploy(taskDefinition)
            display.note("Deploying v2: \(deployment).")
            let watch = DeploymentWatch(aws: self.aws, groups: groups)
            var story = DemoStory(counters: counters, display: display)
            var last = try await story.follow(deployment, watch)
            if let rollback = last.rollbackDeploymentID {
                story.note("\(deployment) ended \(last.status.rawValue): \(last.errorMessage ?? "")")
                story.note("CodeDeploy rolls back: \(rollback).")
                last = try await story.follow(rollback, watch)
            }
            // The load goes on until the last connection to the replaced version has ended.
            try await watch.waitUntilDrained()
            group.cancelAll()
            try await group.waitForAll()
            var receipts = [try await DeploymentReceiptPage.final(of: deployment, from: self.endpoint)]
            if last.deploymentID != deployment {
                receipts.append(try await DeploymentReceiptPage.final(of: last.deploymentID, from: self.endpoint))
            }
            let receipt = DemoReceipt(
                last: last, totals: counters.look(), deployments: receipts,
                expectsRollback: self.finalVerdict == .failed)
            for line in receipt.lines { print(line) }
            return receipt.isClean
        }
    }
}
