"""The main job: CodeDeploy blue/green under load, and every way out of it."""

import contextlib
import json
import re
import subprocess
import time

import pytest
from botocore.exceptions import ClientError

from load import Load
from server import CLI, wait_until
from stack import Stack

ALL_EVENTS = [
    "BeforeInstall", "Install", "AfterInstall", "AllowTestTraffic", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AllowTraffic",
    "AfterAllowTraffic",
]


def statuses(failed: str) -> dict[str, str]:
    """Lifecycle events of a deployment that failed or was stopped during this one."""
    place = ALL_EVENTS.index(failed)
    return {event: "Succeeded" if index < place else "Failed" if index == place else "Skipped" for index, event in enumerate(ALL_EVENTS)}


def half_and_half(stack: Stack, interval: int = 60) -> None:
    """A configuration `half` that rests with half of the traffic on green for `interval` seconds."""
    stack.codedeploy.create_deployment_config(
        deploymentConfigName="half", computePlatform="ECS",
        trafficRoutingConfig={"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 50, "canaryInterval": interval}})


def test_all_at_once_with_all_hooks_loses_no_request(stack):
    stack.deployment_group()
    hooks = {event: stack.hook() for event in ALL_EVENTS if event not in ("Install", "AllowTestTraffic", "AllowTraffic")}
    with Load(stack.production) as load:
        deployment = stack.deploy(stack.task_definition("v2"), hooks)
        info = stack.wait_for(deployment, "Succeeded", "Failed", "Stopped")
        wait_until(lambda: load.since(time.monotonic() - 0.3).keys() == {"v2"}, 10, "only v2 answers")
    assert info["status"] == "Succeeded", info
    assert load.failures == []
    assert list(stack.events(deployment)) == ALL_EVENTS
    assert set(stack.events(deployment).values()) == {"Succeeded"}
    assert stack.weights() == {"blue": 0, "green": 100}
    wait_until(lambda: [s.get("externalId") for s in stack.service()["taskSets"]] == [deployment], 30, "only green is left")
    for name in hooks.values():
        messages = [e["message"] for e in stack.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]]
        assert any(m.startswith("START RequestId: ") for m in messages) and any(f"hook for {deployment}" in m for m in messages)


def test_without_test_listener_there_are_six_events(stack):
    stack.deployment_group(test_listener=False)
    deployment = stack.deploy(stack.task_definition("v2"))
    stack.wait_for(deployment, "Succeeded")
    assert list(stack.events(deployment)) == [e for e in ALL_EVENTS if "TestTraffic" not in e]


def test_linear_moves_traffic_step_by_step(stack):
    stack.codedeploy.create_deployment_config(
        deploymentConfigName="fast", computePlatform="ECS",
        trafficRoutingConfig={"type": "TimeBasedLinear", "timeBasedLinear": {"linearPercentage": 25, "linearInterval": 2}})
    stack.deployment_group("fast")
    seen: list[int] = []
    with Load(stack.production, connections=8, pause=0.002) as load:
        deployment = stack.deploy(stack.task_definition("v2"))
        while stack.deployment(deployment)["status"] not in ("Succeeded", "Failed", "Stopped"):
            weight = stack.weights().get("green", 0)
            if not seen or seen[-1] != weight:
                seen.append(weight)
                before = time.monotonic()
                wait_until(lambda: load.since(before).total() >= 500, 10, "500 requests are answered")
                if stack.weights().get("green", 0) == weight and 0 < weight < 100:
                    answers = load.since(before)
                    share = 100 * answers["v2"] / sum(answers.values())
                    assert abs(share - weight) < 3, f"{share:.1f} % answered by v2 at weight {weight}"
    assert stack.deployment(deployment)["status"] == "Succeeded"
    assert [w for w in seen if w] == [25, 50, 75, 100]
    assert load.failures == []


def test_target_groups_alternate(stack):
    stack.deployment_group()
    for version, group in (("v2", "green"), ("v3", "blue")):
        stack.wait_for(stack.deploy(stack.task_definition(version)), "Succeeded")
        assert stack.live() == group


@pytest.mark.parametrize("event", ["BeforeInstall", "AfterInstall", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AfterAllowTraffic"])
def test_failed_hook_rolls_back(stack, event):
    stack.deployment_group(rollback=["DEPLOYMENT_FAILURE"])
    with Load(stack.production) as load:
        hook = stack.hook("Failed")
        deployment = stack.deploy(stack.task_definition("v2"), {event: hook})
        info = stack.wait_for(deployment, "Failed")
        assert info["errorInformation"] == {
            "code": "HOOK_EXECUTION_FAILURE",
            "message": "The deployment failed because one or more of the lifecycle event validation functions failed."}
        assert stack.events(deployment) == statuses(failed=event)
        assert (stack.diagnostics(deployment)["errorCode"], stack.diagnostics(deployment)["scriptName"]) == ("ScriptFailed", hook)
        wait_until(lambda: f"hook for {deployment}" in stack.diagnostics(deployment)["logTail"], 20, "the end of the hook's log is shown")
        stack.rolled_back(deployment)
        moment = time.monotonic()
        wait_until(lambda: sum(load.since(moment).values()) > 20, 10, "requests are answered after the rollback")
        assert load.since(moment).keys() == {"v1"}
    assert stack.live() == "blue"
    assert stack.weights(listener=1)["blue"] == 100
    assert stack.task_sets() == {"service": "PRIMARY"}
    assert load.failures == []


def test_raising_hook_waits_for_a_callback_from_the_command_line(stack):
    stack.deployment_group()
    name = stack.hook("raise")
    deployment = stack.deploy(stack.task_definition("v2"), {"AfterInstall": name})

    def execution():
        if stack.events(deployment).get("AfterInstall") == "InProgress":
            with contextlib.suppress(stack.logs.exceptions.ResourceNotFoundException):
                events = stack.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern="execution")["events"]
                return next((re.search(r"execution (\S+)", e["message"]) for e in events), None)

    found = wait_until(execution, 30, "the hook has logged its execution")[1]

    def report(execution: str, verdict: str) -> str:
        done = subprocess.run(
            [CLI, "deploy", "put-lifecycle-event-hook-execution-status", "--deployment-id", deployment, "--status", verdict,
             "--lifecycle-event-hook-execution-id", execution],
            env=stack.server.client_environment(), capture_output=True, text=True, timeout=60)
        return done.stdout + done.stderr

    assert "(InvalidLifecycleEventHookExecutionIdException)" in report("bm90IG91cnM=", "Succeeded")
    assert "(InvalidLifecycleEventHookExecutionStatusException)" in report(found, "Skipped")
    assert stack.deployment(deployment)["status"] == "InProgress"
    assert json.loads(report(found, "Succeeded")) == {"lifecycleEventHookExecutionId": found}
    assert "(LifecycleEventAlreadyCompletedException)" in report(found, "Failed")
    stack.wait_for(deployment, "Succeeded")
    assert stack.live() == "green"


@pytest.mark.parametrize("function", ["no-such-function", "hook-0:no-such-alias"])
def test_function_that_cannot_be_invoked_fails_the_deployment(stack, function):
    stack.deployment_group(rollback=["DEPLOYMENT_FAILURE"])
    stack.hook()
    deployment = stack.deploy(stack.task_definition("v2"), {"AfterInstall": function})
    info = stack.wait_for(deployment, "Failed")
    assert info["errorInformation"]["code"] == "INVALID_LAMBDA_FUNCTION"
    assert function in info["errorInformation"]["message"]
    assert stack.events(deployment) == statuses(failed="AfterInstall")
    stack.rolled_back(deployment)
    assert (stack.live(), stack.task_sets()) == ("blue", {"service": "PRIMARY"})


def test_silent_hook_and_unhealthy_green_time_out(start_server):
    """An hour each, which no time scale makes shorter than 30 s: so both at once, on servers of their own."""
    silent, unhealthy = (Stack(start_server(time_scale=120), desired=1) for _ in range(2))
    for stack in (silent, unhealthy):
        stack.deployment_group(rollback=["DEPLOYMENT_FAILURE"])
    hook = silent.hook("silent")
    without_report = silent.deploy(silent.task_definition("v2"), {"BeforeAllowTraffic": hook})
    never_healthy = unhealthy.deploy(unhealthy.task_definition("v2", ["/bin/sh", "-c", "sleep 600"]))
    info = silent.wait_for(without_report, "Failed")
    assert info["errorInformation"] == {
        "code": "HOOK_EXECUTION_FAILURE",
        "message": "The deployment timed out while waiting for a status callback. CodeDeploy expects a status callback within one hour after a "
                   "deployment hook is invoked."}
    assert silent.events(without_report) == statuses(failed="BeforeAllowTraffic")
    assert (silent.diagnostics(without_report)["errorCode"], silent.diagnostics(without_report)["scriptName"]) == ("ScriptTimedOut", hook)
    info = unhealthy.wait_for(never_healthy, "Failed")
    assert info["errorInformation"] == {
        "code": "TIMEOUT",
        "message": "The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes."}
    assert unhealthy.events(never_healthy) == statuses(failed="Install")
    for stack, deployment in ((silent, without_report), (unhealthy, never_healthy)):
        stack.rolled_back(deployment)
        assert (stack.live(), stack.task_sets()) == ("blue", {"service": "PRIMARY"})


def test_stop_without_rollback_leaves_things_as_they_are(stack):
    half_and_half(stack)
    stack.deployment_group("half")
    with Load(stack.production) as load:
        deployment = stack.deploy(stack.task_definition("v2"))
        wait_until(lambda: stack.weights().get("green") == 50, 60, "half of the traffic is on green")
        answer = stack.codedeploy.stop_deployment(deploymentId=deployment, autoRollbackEnabled=False)
        assert answer["status"] in ("Pending", "Succeeded")
        info = stack.wait_for(deployment, "Stopped")
        assert info["errorInformation"]["code"] == "MANUAL_STOP"
        assert "rollbackInfo" not in info
        assert stack.events(deployment) == statuses(failed="AllowTraffic")
        assert stack.weights() == {"blue": 50, "green": 50}
        assert stack.traffic(deployment) == {"Blue": 50.0, "Green": 50.0}
        assert stack.task_sets() == {"service": "PRIMARY", deployment: "ACTIVE"}
        with pytest.raises(ClientError) as caught:
            stack.codedeploy.stop_deployment(deploymentId=deployment)
        assert caught.value.response["Error"]["Code"] == "DeploymentAlreadyCompletedException"
        following = stack.deploy(stack.task_definition("v3"), deploymentConfigName="CodeDeployDefault.ECSAllAtOnce")
        stack.wait_for(following, "Succeeded")
    assert load.failures == []
    assert stack.task_sets() == {following: "PRIMARY"}


def test_stop_with_rollback_returns_traffic_and_lets_the_next_deployment_pass(stack):
    half_and_half(stack)
    stack.deployment_group("half")
    with Load(stack.production) as load:
        deployment = stack.deploy(stack.task_definition("v2"))
        wait_until(lambda: stack.weights().get("green") == 50, 60, "half of the traffic is on green")
        stack.codedeploy.stop_deployment(deploymentId=deployment, autoRollbackEnabled=True)
        info = stack.wait_for(deployment, "Stopped")
        assert info["errorInformation"]["code"] == "MANUAL_STOP"
        assert stack.weights() == {"blue": 100, "green": 0}, "traffic is back before the deployment says Stopped"
        stack.rolled_back(deployment)
        assert stack.task_sets() == {"service": "PRIMARY"}
        following = stack.deploy(stack.task_definition("v3"), deploymentConfigName="CodeDeployDefault.ECSAllAtOnce")
        stack.wait_for(following, "Succeeded")
        assert (stack.live(), stack.task_sets()) == ("green", {following: "PRIMARY"})
    assert load.failures == []


def test_second_deployment_is_refused_naming_the_first(stack):
    stack.deployment_group(ready={"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 60})
    deployment = stack.deploy(stack.task_definition("v2"))
    with pytest.raises(ClientError, match=rf"is already deploying deployment '{deployment}'") as caught:
        stack.deploy(stack.task_definition("v3"))
    assert caught.value.response["Error"]["Code"] == "DeploymentLimitExceededException"


def test_ready_wait_continues_on_request(stack):
    stack.deployment_group(ready={"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 60})
    deployment = stack.deploy(stack.task_definition("v2"))
    with pytest.raises(ClientError) as caught:
        stack.codedeploy.continue_deployment(deploymentId=deployment)
    assert caught.value.response["Error"]["Code"] == "DeploymentIsNotInReadyStateException"
    stack.wait_for(deployment, "Ready")
    assert stack.live() == "blue"
    stack.codedeploy.continue_deployment(deploymentId=deployment, deploymentWaitType="READY_WAIT")
    stack.wait_for(deployment, "Succeeded")
    assert stack.live() == "green"


def test_ready_wait_over_stops(stack):
    stack.deployment_group(ready={"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 2})
    deployment = stack.deploy(stack.task_definition("v2"))
    info = stack.wait_for(deployment, "Stopped")
    assert info["errorInformation"] == {
        "code": "TIMEOUT",
        "message": "The deployment timed out while waiting for a notification to continue. This time out period is 2 minutes."}
    assert list(stack.events(deployment).values()) == ["Succeeded"] * 5 + ["Skipped"] * 3
    assert (stack.weights(), stack.weights(listener=1)["green"]) == ({"blue": 100, "green": 0}, 100)
    assert stack.task_sets() == {"service": "PRIMARY", deployment: "ACTIVE"}


def test_termination_wait_ends_on_request(stack):
    stack.deployment_group(terminate={"action": "TERMINATE", "terminationWaitTimeInMinutes": 600})
    deployment = stack.deploy(stack.task_definition("v2"))
    wait_until(lambda: stack.deployment(deployment).get("instanceTerminationWaitTimeStarted"), 60, "the termination wait has begun")
    assert stack.deployment(deployment)["status"] == "InProgress"
    assert stack.target(deployment)["status"] == "Succeeded"
    assert len(stack.service()["taskSets"]) == 2
    stack.codedeploy.continue_deployment(deploymentId=deployment, deploymentWaitType="TERMINATION_WAIT")
    stack.wait_for(deployment, "Succeeded")
    wait_until(lambda: len(stack.service()["taskSets"]) == 1, 30, "blue is gone")


def test_stop_in_the_termination_wait_returns_traffic(stack):
    stack.deployment_group(terminate={"action": "TERMINATE", "terminationWaitTimeInMinutes": 600}, rollback=["DEPLOYMENT_STOP_ON_REQUEST"])
    with Load(stack.production) as load:
        deployment = stack.deploy(stack.task_definition("v2"))
        wait_until(lambda: stack.deployment(deployment).get("instanceTerminationWaitTimeStarted"), 60, "the termination wait has begun")
        assert stack.task_sets() == {"service": "ACTIVE", deployment: "PRIMARY"}
        stack.codedeploy.stop_deployment(deploymentId=deployment)
        info = stack.wait_for(deployment, "Stopped")
        assert info["errorInformation"]["code"] == "MANUAL_STOP"
        assert set(stack.events(deployment).values()) == {"Succeeded"}
        stack.rolled_back(deployment)
        assert (stack.live(), stack.weights(listener=1)["blue"]) == ("blue", 100)
        assert stack.task_sets() == {"service": "PRIMARY"}
    assert load.failures == []


def test_keep_alive_leaves_blue_running_until_the_next_deployment(stack):
    stack.deployment_group(terminate={"action": "KEEP_ALIVE"})
    first = stack.deploy(stack.task_definition("v2"))
    stack.wait_for(first, "Succeeded")
    assert stack.task_sets() == {"service": "ACTIVE", first: "PRIMARY"}
    assert stack.weights() == {"blue": 0, "green": 100}
    with Load(stack.production) as load:
        second = stack.deploy(stack.task_definition("v3"))
        stack.wait_for(second, "Succeeded")
    assert stack.task_sets() == {first: "ACTIVE", second: "PRIMARY"}
    assert load.failures == []


def test_green_that_never_gets_healthy_can_be_stopped(stack):
    stack.deployment_group(rollback=["DEPLOYMENT_STOP_ON_REQUEST"])
    broken = stack.task_definition("v2", ["/bin/sh", "-c", "sleep 600"])
    with Load(stack.production) as load:
        deployment = stack.deploy(broken)
        wait_until(lambda: stack.events(deployment).get("Install") == "InProgress", 30, "Install runs")
        green = stack.groups[1]["TargetGroupArn"]
        wait_until(
            lambda: "unhealthy" in [
                target["TargetHealth"]["State"]
                for target in stack.elb.describe_target_health(TargetGroupArn=green)["TargetHealthDescriptions"]],
            30, "a green target has failed its checks")
        assert stack.events(deployment)["Install"] == "InProgress"
        stack.codedeploy.stop_deployment(deploymentId=deployment)
        stack.wait_for(deployment, "Stopped")
        assert stack.events(deployment) == statuses(failed="Install")
        stack.rolled_back(deployment)
        assert stack.task_sets() == {"service": "PRIMARY"}
    assert load.failures == [] and load.answers.keys() == {"v1"}
