"""The main job: CodeDeploy blue/green under load, and every way out of it."""

import time

import pytest
from botocore.exceptions import ClientError

from load import Load
from server import wait_until

ALL_EVENTS = [
    "BeforeInstall", "Install", "AfterInstall", "AllowTestTraffic", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AllowTraffic",
    "AfterAllowTraffic",
]


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
                time.sleep(1)
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
        deployment = stack.deploy(stack.task_definition("v2"), {event: stack.hook("Failed")})
        info = stack.wait_for(deployment, "Failed")
        assert info["errorInformation"]["code"] == "HOOK_EXECUTION_FAILURE"
        events = stack.events(deployment)
        assert events[event] == "Failed"
        assert all(status == "Skipped" for name, status in events.items() if ALL_EVENTS.index(name) > ALL_EVENTS.index(event))
        rollback = wait_until(
            lambda: stack.deployment(deployment).get("rollbackInfo", {}).get("rollbackDeploymentId"), 20, "a rollback deployment exists")
        rolled = stack.wait_for(rollback, "Succeeded")
        moment = time.monotonic()
        wait_until(lambda: sum(load.since(moment).values()) > 20, 10, "requests are answered after the rollback")
        assert load.since(moment).keys() == {"v1"}
    assert rolled["creator"] == "codeDeployRollback"
    assert rolled["deploymentConfigName"] == "CodeDeployDefault.ECSAllAtOnce"
    assert stack.live() == "blue"
    wait_until(lambda: len(stack.service()["taskSets"]) == 1, 30, "the replacement task set is gone")
    assert load.failures == []


def test_raising_hook_waits_for_a_callback_from_the_command_line(stack):
    stack.deployment_group()
    name = stack.hook("raise")
    deployment = stack.deploy(stack.task_definition("v2"), {"AfterInstall": name})
    wait_until(lambda: stack.events(deployment).get("AfterInstall") == "InProgress", 30, "the hook runs")
    with pytest.raises(ClientError) as caught:
        stack.codedeploy.put_lifecycle_event_hook_execution_status(
            deploymentId=deployment, lifecycleEventHookExecutionId="bm90IG91cnM=", status="Succeeded")
    assert caught.value.response["Error"]["Code"] == "InvalidLifecycleEventHookExecutionIdException"
    assert stack.deployment(deployment)["status"] == "InProgress"
    stack.codedeploy.stop_deployment(deploymentId=deployment, autoRollbackEnabled=True)
    stack.wait_for(deployment, "Stopped")


def test_missing_function_fails_the_deployment(stack):
    stack.deployment_group()
    deployment = stack.deploy(stack.task_definition("v2"), {"BeforeInstall": "no-such-function"})
    info = stack.wait_for(deployment, "Failed")
    assert info["errorInformation"]["code"] == "INVALID_LAMBDA_FUNCTION"
    assert stack.live() == "blue"


def test_stop_without_rollback_leaves_things_as_they_are(stack):
    stack.codedeploy.create_deployment_config(
        deploymentConfigName="half", computePlatform="ECS",
        trafficRoutingConfig={"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 50, "canaryInterval": 60}})
    stack.deployment_group("half")
    with Load(stack.production) as load:
        deployment = stack.deploy(stack.task_definition("v2"))
        wait_until(lambda: stack.weights().get("green") == 50, 60, "half of the traffic is on green")
        stack.codedeploy.stop_deployment(deploymentId=deployment, autoRollbackEnabled=False)
        info = stack.wait_for(deployment, "Stopped")
        assert info["errorInformation"]["code"] == "MANUAL_STOP"
        assert stack.weights() == {"blue": 50, "green": 50}
        following = stack.deploy(stack.task_definition("v3"), deploymentConfigName="CodeDeployDefault.ECSAllAtOnce")
        stack.wait_for(following, "Succeeded")
    assert load.failures == []
    wait_until(lambda: [s.get("externalId") for s in stack.service()["taskSets"]] == [following], 30, "only the last is left")


def test_stop_with_rollback_returns_traffic(stack):
    stack.codedeploy.create_deployment_config(
        deploymentConfigName="half", computePlatform="ECS",
        trafficRoutingConfig={"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 50, "canaryInterval": 60}})
    stack.deployment_group("half")
    with Load(stack.production) as load:
        deployment = stack.deploy(stack.task_definition("v2"))
        wait_until(lambda: stack.weights().get("green") == 50, 60, "half of the traffic is on green")
        stack.codedeploy.stop_deployment(deploymentId=deployment, autoRollbackEnabled=True)
        info = stack.wait_for(deployment, "Stopped")
        stack.wait_for(info["rollbackInfo"]["rollbackDeploymentId"], "Succeeded")
        assert stack.live() == "blue"
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
    assert stack.live() == "blue"


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


def test_keep_alive_leaves_blue_running_until_the_next_deployment(stack):
    stack.deployment_group(terminate={"action": "KEEP_ALIVE"})
    stack.wait_for(stack.deploy(stack.task_definition("v2")), "Succeeded")
    assert {s["status"] for s in stack.service()["taskSets"]} == {"PRIMARY", "ACTIVE"}
    with Load(stack.production) as load:
        stack.wait_for(stack.deploy(stack.task_definition("v3")), "Succeeded")
    assert load.failures == []


def test_green_that_never_gets_healthy_can_be_stopped(stack):
    stack.deployment_group(rollback=["DEPLOYMENT_STOP_ON_REQUEST"])
    broken = stack.task_definition("v2", ["/bin/sh", "-c", "sleep 600"])
    with Load(stack.production) as load:
        deployment = stack.deploy(broken)
        wait_until(lambda: stack.events(deployment).get("Install") == "InProgress", 30, "Install runs")
        time.sleep(3)
        assert stack.events(deployment)["Install"] == "InProgress"
        stack.codedeploy.stop_deployment(deploymentId=deployment)
        stack.wait_for(deployment, "Stopped")
        wait_until(lambda: len(stack.service()["taskSets"]) == 1, 40, "green is gone")
    assert load.failures == [] and load.answers.keys() == {"v1"}
