internal import DeploymentEngine
internal import Model
internal import Testing

private typealias Script = DeploymentScript

@Suite struct CodeDeployHookTests {
    private func invoked(_ rollback: Set<CodeDeployDeployment.RollbackEvent> = []) throws -> DeploymentScript {
        var script = Script(hooks: [.beforeInstall], rollback: rollback)
        _ = try script.start()
        try script.succeed()
        #expect(
            script.action
                == .invokeHook(
                    .init(event: .beforeInstall, function: "check", execution: Script.execution(.beforeInstall))))
        return script
    }

    @Test func aReportMayComeBeforeTheInvocationIsAcknowledged() throws {
        var script = try self.invoked()
        let invocation = try script.command
        script.report(.beforeInstall)
        #expect(script.eventStatuses[0] == "BeforeInstall Succeeded")
        #expect(script.deployment.commandSucceeded(invocation.id, at: script.now) == .nothing)
    }

    @Test func theFirstReportWins() throws {
        var script = try self.invoked()
        try script.succeed()
        script.report(.beforeInstall)
        #expect(script.report(.beforeInstall, .failed) == .alreadyCompleted)
        #expect(script.deployment.errorInformation == nil)
    }

    @Test func anUnknownOrEarlyExecutionIsRefused() throws {
        var script = Script(hooks: [.beforeInstall, .afterAllowTraffic])
        #expect(script.report(.beforeInstall) == .unknownExecution)
        _ = try script.start()
        try script.succeed()
        #expect(script.report(.afterAllowTraffic) == .unknownExecution)
        #expect(script.report(.afterInstall) == .unknownExecution)
    }

    @Test func aFailedReportFailsTheDeployment() throws {
        var script = try self.invoked()
        try script.succeed()
        script.report(.beforeInstall, .failed)
        #expect(script.deployment.status == .failed)
        #expect(
            script.deployment.errorInformation
                == .init(
                    code: .hookExecutionFailure,
                    message: "The deployment failed because one or more of the lifecycle event validation functions "
                        + "failed."))
        let diagnostics = script.deployment.lifecycleEvents[0].diagnostics
        #expect(diagnostics?.code == .scriptFailed)
        #expect(diagnostics?.scriptName == "check")
        #expect(script.eventStatuses.dropFirst().allSatisfy { $0.hasSuffix("Skipped") })
        #expect(script.report(.beforeInstall) == .alreadyCompleted)
    }

    @Test func aSilentHookFailsAfterAnHour() throws {
        var script = try self.invoked()
        try script.succeed()
        let before = script.now
        try script.fireNextTimer()
        #expect(script.now - before == .hours(1))
        #expect(script.deployment.errorInformation?.code == .hookExecutionFailure)
        #expect(
            script.deployment.errorInformation?.message.hasSuffix("within one hour after a deployment hook is invoked.")
                == true)
        #expect(script.deployment.lifecycleEvents[0].diagnostics?.code == .scriptTimedOut)
    }

    @Test func aMissingFunctionFailsTheDeployment() throws {
        var script = try self.invoked()
        try script.fail(.rejected(reason: "Function not found"))
        #expect(script.deployment.errorInformation?.code == .invalidLambdaFunction)
        #expect(script.deployment.lifecycleEvents[0].diagnostics?.code == .scriptMissing)
    }

    @Test func aFunctionThatTheRoleMayNotInvokeFailsTheDeployment() throws {
        var script = try self.invoked()
        try script.fail(.accessDenied(reason: "not authorized"))
        #expect(
            script.deployment.errorInformation
                == .init(
                    code: .iamRolePermissions,
                    message:
                        "The IAM role arn:aws:iam::123456789012:role/deploy does not give you permission to perform "
                        + "operations in the following AWS service: AWSLambda."))
    }

    @Test func aFailureBeforeInstallStillMakesTheRollback() throws {
        var script = try self.invoked([.deploymentFailure])
        try script.succeed()
        guard case .accepted(let step) = script.report(.beforeInstall, .failed) else {
            Issue.record("not accepted")
            return
        }
        #expect(step.commands.isEmpty)
        #expect(step.successor != .none)
        #expect(script.deployment.status == .failed)
    }
}
