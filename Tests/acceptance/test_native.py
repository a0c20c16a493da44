"""Deployments by Amazon ECS itself: blue/green, linear and canary, with hooks, pauses and every way out, under load."""

import contextlib
import signal
import textwrap

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from load import Load
from native import Native
from server import wait_until

STAGES = ["PRE_SCALE_UP", "POST_SCALE_UP", "TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT",
          "POST_PRODUCTION_TRAFFIC_SHIFT"]


@pytest.fixture
def native(server):
    stack = Native(server)
    stack.role()
    return stack


def assert_only(stack: Native, group: str, version: str) -> None:
    """All of the traffic goes to one group, whose tasks are the only ones."""
    assert stack.weights() == {"blue": 100 if group == "blue" else 0, "green": 100 if group == "green" else 0}
    service = stack.service()
    assert [(d["status"], d["runningCount"]) for d in service["deployments"]] == [("PRIMARY", 2)]
    assert service["taskDefinition"] == service["deployments"][0]["taskDefinition"]
    tasks = stack.ecs.describe_tasks(cluster="main", tasks=stack.ecs.list_tasks(cluster="main")["taskArns"])["tasks"]
    assert {task["taskDefinitionArn"] for task in tasks} == {service["taskDefinition"]}
    image = stack.ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]["containerDefinitions"][0]["image"]
    assert image == f"app:{version}"


def steadiness(stack: Native, since) -> list[str]:
    """What the events say about the end of a deployment that began at a moment, oldest first; nothing before it is steady."""
    messages = [event["message"] for event in reversed(stack.service()["events"]) if event["createdAt"] >= since]
    told = ["steady" if "steady state" in m else "completed" for m in messages if "steady state" in m or "deployment completed" in m]
    return told if "steady" in told else []


def test_blue_green_walks_its_stages_and_loses_nothing(native):
    first = native.described()
    assert first["status"] == "SUCCESSFUL" and first["sourceServiceRevisions"] == []
    blue = native.live()
    hook = native.lambda_hook(*STAGES, hookDetails={"team": "web"})
    with Load(native.production) as load:
        arn = native.update("v2", hooks=[hook])
        deployment = native.wait_for_deployment("SUCCESSFUL", arn=arn)
    assert load.failures == []
    assert load.answers["v1"] > 0 and load.answers["v2"] > 0
    assert native.live() != blue
    assert_only(native, native.live(), "v2")
    told = wait_until(lambda: steadiness(native, since=deployment["createdAt"]), 20, "the service is steady")
    assert told == ["completed", "steady"]

    events = native.hook_events(hook)
    assert [event["lifecycleStage"] for event in events] == STAGES
    target, source = deployment["targetServiceRevision"]["arn"], first["targetServiceRevision"]["arn"]
    assert events[0] == {
        "executionId": events[0]["executionId"], "lifecycleStage": "PRE_SCALE_UP", "resourceArn": arn,
        "executionDetails": {"serviceArn": native.arn, "targetServiceRevisionArn": target, "testTrafficWeights": {},
                             "productionTrafficWeights": {}},
        "hookDetails": {"team": "web"}}
    assert events[2]["executionDetails"]["testTrafficWeights"] == {target: 100, source: 0}
    assert events[4]["executionDetails"]["productionTrafficWeights"] == {target: 100, source: 0}
    assert {detail["status"] for detail in deployment["lifecycleHookDetails"]} == {"SUCCEEDED"}
    assert deployment["targetServiceRevision"]["requestedProductionTrafficWeight"] == 100.0
    assert native.revision(target)["resolvedConfiguration"]["loadBalancers"][0]["targetGroupArn"] == next(
        g["TargetGroupArn"] for g in native.groups if g["TargetGroupName"] == native.live())
    native.ecs.get_waiter("services_stable").wait(cluster="main", services=["web"])


def test_linear_and_canary_move_traffic_step_by_step(native):
    with Load(native.production) as load:
        arn = native.update("v2", configuration={
            "strategy": "LINEAR", "linearConfiguration": {"stepPercent": 25.0, "stepBakeTimeInMinutes": 2}})
        shares = set()

        def ended():
            deployment = native.described(arn)
            shares.add(deployment["targetServiceRevision"]["requestedProductionTrafficWeight"])
            return deployment["status"] == "SUCCESSFUL"
        wait_until(ended, 60, "the linear deployment has ended")
        assert {25.0, 50.0, 75.0, 100.0} <= shares
        arn = native.update("v3", configuration={
            "strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 2.5, "canaryBakeTimeInMinutes": 2}})
        wait_until(lambda: sorted(native.weights().values()) == [25, 975], 60, "the canary has 2.5 %")
        native.wait_for_deployment("SUCCESSFUL", arn=arn)
    assert load.failures == []
    assert_only(native, native.live(), "v3")


@pytest.mark.parametrize("answer,reason", [
    ({"hookStatus": "FAILED"}, "Lifecycle hook target {arn} returned FAILED status."),
    ({"done": True}, "ECS was unable to parse the response from {arn} due to: HookStatus must not be null"),
])
def test_a_hook_that_fails_rolls_back(native, answer, reason):
    blue = native.live()
    hook = native.lambda_hook("POST_PRODUCTION_TRAFFIC_SHIFT", answer=answer)
    with Load(native.production) as load:
        arn = native.update("v2", hooks=[hook])
        deployment = native.wait_for_deployment("ROLLBACK_SUCCESSFUL", arn=arn)
    assert load.failures == []
    assert deployment["rollback"]["reason"] == deployment["statusReason"] == (
        "Service deployment rolled back because POST_PRODUCTION_TRAFFIC_SHIFT lifecycle hook(s) failed. "
        + reason.format(arn=hook["hookTargetArn"]))
    assert native.live() == blue
    assert_only(native, blue, "v1")
    # And the next one goes through.
    native.wait_for_deployment("SUCCESSFUL", arn=native.update("v3"))


def test_an_admission_hook_stops_a_rolling_deployment_before_any_task(server):
    stack = Native(server, "ROLLING")
    stack.role()
    before = set(stack.ecs.list_tasks(cluster="main")["taskArns"])
    hook = stack.lambda_hook("PRE_SCALE_UP", answer={"hookStatus": "FAILED"})
    deployment = stack.wait_for_deployment("ROLLBACK_SUCCESSFUL", arn=stack.update("v2", hooks=[hook]))
    assert deployment["statusReason"].startswith("Service deployment rolled back because PRE_SCALE_UP lifecycle hook(s) failed.")
    assert set(stack.ecs.list_tasks(cluster="main", desiredStatus="RUNNING")["taskArns"]) == before
    assert stack.ecs.list_tasks(cluster="main", desiredStatus="STOPPED")["taskArns"] == []
    wait_until(lambda: len(stack.service()["deployments"]) == 1, 20, "the refused revision is gone")
    stack.wait_for_deployment("SUCCESSFUL", arn=stack.update("v3"))


def test_in_progress_is_asked_again_with_its_details(native):
    source = '''
        import json
        def handler(event, context):
            print("EVENT", json.dumps(event))
            seen = event.get("hookDetails", {}).get("seen", 0)
            if seen < 2:
                return {"hookStatus": " IN_PROGRESS", "callBackDelay": 30, "hookDetails": {"seen": seen + 1}}
            return {"hookStatus": "SUCCEEDED"}
    '''
    hook = native.lambda_hook("POST_SCALE_UP", source=textwrap.dedent(source), hookDetails={"kept": "yes"})
    native.wait_for_deployment("SUCCESSFUL", arn=native.update("v2", hooks=[hook]))
    events = native.hook_events(hook)
    assert [event["hookDetails"] for event in events] == [
        {"kept": "yes"}, {"kept": "yes", "seen": 1}, {"kept": "yes", "seen": 2}]
    assert len({event["executionId"] for event in events}) == 1


@pytest.mark.parametrize("action,status", [("CONTINUE", "SUCCESSFUL"), ("ROLLBACK", "ROLLBACK_SUCCESSFUL")])
def test_a_pause_waits_for_its_action(native, action, status):
    arn = native.update("v2", hooks=[{"targetType": "PAUSE", "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]}])
    detail = wait_until(lambda: next(iter(native.described(arn).get("lifecycleHookDetails", [])), None), 60, "the pause waits")
    assert detail["status"] == "AWAITING_ACTION" and detail["targetType"] == "PAUSE"
    assert native.weights(1)[native.live()] == 0, "test traffic is on the new revision"
    with pytest.raises(ClientError, match="hookId must follow the format"):
        native.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId="nonsense")
    with pytest.raises(ClientError, match="not associated with the given Resource ARN"):
        native.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId="ecs-pause-" + "x" * 43)
    native.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=detail["hookId"], action=action)
    native.wait_for_deployment(status, arn=arn)
    with pytest.raises(ClientError, match="terminal states"):
        native.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=detail["hookId"])


def test_stop_in_bake_time_returns_traffic_at_once(native):
    blue = native.live()
    with Load(native.production) as load:
        arn = native.update("v2", configuration={"bakeTimeInMinutes": 60})
        native.wait_for_stage(arn, "BAKE_TIME")
        assert native.live() != blue
        native.ecs.stop_service_deployment(serviceDeploymentArn=arn)
        deployment = native.wait_for_deployment("ROLLBACK_SUCCESSFUL", arn=arn)
    assert load.failures == []
    assert deployment["statusReason"] == "Service deployment rolled back because of a user request."
    assert_only(native, blue, "v1")
    with pytest.raises(ClientError) as error:
        native.ecs.stop_service_deployment(serviceDeploymentArn=arn)
    assert error.value.response["Error"]["Code"] == "ConflictException"


def test_abort_freezes_and_the_next_deployment_reconciles(native):
    blue = native.live()
    with Load(native.production) as load:
        arn = native.update("v2", configuration={
            "strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 50.0, "canaryBakeTimeInMinutes": 60}})
        wait_until(lambda: set(native.weights().values()) == {50}, 60, "half of the traffic has moved")
        native.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ABORT")
        native.wait_for_deployment("STOPPED", arn=arn)
        assert set(native.weights().values()) == {50}
        hook = native.lambda_hook("RECONCILE_SERVICE")
        native.wait_for_deployment("SUCCESSFUL", arn=native.update("v3", hooks=[hook]))
        assert len(native.hook_events(hook)) == 1
    assert load.failures == []
    assert native.live() != blue
    assert_only(native, native.live(), "v3")


def test_a_newer_deployment_overtakes(native):
    with Load(native.production) as load:
        first = native.update("v2", hooks=[{"targetType": "PAUSE", "lifecycleStages": ["POST_SCALE_UP"]}])
        wait_until(lambda: native.described(first).get("lifecycleHookDetails"), 60, "the first one pauses")
        second = native.update("v3")
        native.wait_for_deployment("STOPPED", arn=first)
        native.wait_for_deployment("SUCCESSFUL", arn=second)
    assert load.failures == []
    assert_only(native, native.live(), "v3")


def test_a_killed_server_goes_on_with_its_deployment(native):
    with Load(native.production) as load:
        arn = native.update("v2", configuration={
            "strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 50.0, "canaryBakeTimeInMinutes": 1}})
        wait_until(lambda: set(native.weights().values()) == {50}, 60, "half of the traffic has moved")
        native.server.kill()
        native.server.start()
        native.wait_for_deployment("SUCCESSFUL", arn=arn)
    assert load.failures == []
    assert_only(native, native.live(), "v2")


@pytest.mark.parametrize("point", [
    "ecs.before-inspect-traffic", "ecs.after-scale-up", "ecs.before-invoke-hook", "ecs.after-set-test-traffic",
    "ecs.before-set-production-traffic", "ecs.after-set-production-traffic", "ecs.before-retire", "ecs.after-deployment-commit",
])
def test_killed_at(native, point):
    hook = native.lambda_hook("POST_SCALE_UP")
    with Load(native.production) as load:
        native.server.terminate()
        native.server.start_to_die_at(point)
        # The point may come before the call is answered.
        with contextlib.suppress(BotoCoreError):
            native.update("v2", hooks=[hook])
        assert native.server.wait_for_death(30) == -signal.SIGKILL
        native.server.start()
        if len(native.ecs.list_service_deployments(cluster="main", service="web")["serviceDeployments"]) == 1:
            native.update("v2", hooks=[hook])
        native.wait_for_deployment("SUCCESSFUL")
    assert load.failures == []
    assert_only(native, native.live(), "v2")


def test_bad_configurations_are_refused_in_the_words_of_aws(native):
    def refused(match: str, **configuration):
        with pytest.raises(ClientError, match=match):
            native.ecs.update_service(cluster="main", service="web", deploymentConfiguration={**native.configuration, **configuration})
    refused("Invalid lifecycle stage provided for Pause Hook",
            lifecycleHooks=[{"targetType": "PAUSE", "lifecycleStages": ["PRODUCTION_TRAFFIC_SHIFT"]}])
    refused("Invalid targetType. Valid values are: AWS_LAMBDA, PAUSE",
            lifecycleHooks=[{"targetType": "SNS", "lifecycleStages": ["PRE_SCALE_UP"]}])
    refused("stepPercent must be between 3.0 and 100.0", strategy="LINEAR", linearConfiguration={"stepPercent": 1.0})
