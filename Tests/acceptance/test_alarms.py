"""Deployments that alarms stop: nobody else says that something is wrong."""

import time

import pytest
from botocore.exceptions import ClientError

from load import Load
from native import Native
from server import wait_until
from watching import ALARMS, Watched, WatchedByCodeDeploy


@pytest.fixture
def watched(server) -> Watched:
    stack = Watched(server)
    stack.role()
    stack.watch(stack.idle_group())
    return stack


@pytest.fixture
def stack(server) -> WatchedByCodeDeploy:
    stack = WatchedByCodeDeploy(server)
    stack.watch(stack.groups[1])
    return stack


def lost(load: Load) -> list[str]:
    """Without the answers of the sick version, which are what it is about."""
    return [failure for failure in load.failures if not failure.startswith("500 None: sick")]


def assert_back(watched: Native, live: str, load: Load) -> None:
    """All of the traffic goes to the group that had it before, and its tasks are the only ones."""
    assert watched.live() == live
    moment = time.monotonic()
    wait_until(lambda: sum(load.since(moment).values()) > 20, 10, "the load goes on")
    assert load.since(moment).keys() == {"v1"}
    assert [(d["status"], d["runningCount"]) for d in watched.service()["deployments"]] == [("PRIMARY", 2)]


def test_a_sick_canary_is_rolled_back_by_its_own_errors(watched):
    live = watched.live()
    with Load(watched.production) as load:
        arn = watched.update("sick", configuration={
            "strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 20.0, "canaryBakeTimeInMinutes": 60}, "alarms": ALARMS})
        deployment = watched.wait_for_deployment("ROLLBACK_SUCCESSFUL", "SUCCESSFUL", "STOPPED", arn=arn)
        assert_back(watched, live, load)
    assert deployment["status"] == "ROLLBACK_SUCCESSFUL"
    assert deployment["rollback"]["reason"] == deployment["statusReason"] == (
        "Service deployment rolled back because the following alarms were triggered: errors.")
    assert deployment["alarms"] == {"status": "TRIGGERED", "alarmNames": ["errors", "by-hand"], "triggeredAlarmNames": ["errors"]}
    assert deployment["deploymentConfiguration"]["alarms"] == ALARMS
    assert lost(load) == []
    # Of the requests of the canary alone.
    assert 0 < len(load.failures) < load.answers["v1"] / 5
    messages = [event["message"] for event in watched.service()["events"]]
    assert any(message.endswith("deployment failed: alarm detected: errors.") for message in messages), messages
    changes = watched.cloudwatch.describe_alarm_history(AlarmName="errors", HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    assert any("to ALARM" in change["HistorySummary"] for change in changes)


def test_an_alarm_in_bake_time_returns_all_traffic_at_once(watched):
    live = watched.live()
    with Load(watched.production) as load:
        arn = watched.update("v2", configuration={"bakeTimeInMinutes": 60, "alarms": ALARMS})
        baking = watched.wait_for_stage(arn, "BAKE_TIME")
        assert baking["alarms"]["status"] == "MONITORING"
        assert watched.live() != live
        watched.ring()
        began = time.monotonic()
        wait_until(lambda: watched.live() == live, 10, "traffic is back", interval=0.02)
        took = time.monotonic() - began
        deployment = watched.wait_for_deployment("ROLLBACK_SUCCESSFUL", arn=arn)
        assert_back(watched, live, load)
    # Polling once a minute of scaled time would take a second on the average; the bake time would have taken a minute.
    assert took < 5
    assert deployment["alarms"]["triggeredAlarmNames"] == ["by-hand"]
    assert load.failures == []


def test_without_rollback_an_alarm_stops_the_deployment_where_it_is(watched):
    live = watched.live()
    arn = watched.update("v2", configuration={"bakeTimeInMinutes": 60, "alarms": {**ALARMS, "rollback": False}})
    watched.wait_for_stage(arn, "BAKE_TIME")
    watched.ring()
    deployment = watched.wait_for_deployment("STOPPED", "ROLLBACK_SUCCESSFUL", arn=arn)
    assert deployment["status"] == "STOPPED"
    assert watched.live() != live


def test_alarms_watch_a_rolling_deployment_and_five_minutes_more(server):
    watched = Watched(server, "ROLLING")
    watched.watch(watched.groups[0])
    with Load(watched.production) as load:
        good = watched.update("v2", configuration={"alarms": ALARMS})
        watched.wait_for_stage(good, "BAKE_TIME")
        began = time.monotonic()
        assert watched.service()["deployments"][0]["rolloutState"] == "IN_PROGRESS"
        deployment = watched.wait_for_deployment("SUCCESSFUL", "ROLLBACK_SUCCESSFUL", arn=good)
        assert deployment["status"] == "SUCCESSFUL" and deployment["alarms"]["status"] == "MONITORING_COMPLETE"
        assert time.monotonic() - began > 3
        bad = watched.update("v1", configuration={"alarms": ALARMS})
        watched.wait_for_stage(bad, "BAKE_TIME")
        watched.ring()
        deployment = watched.wait_for_deployment("ROLLBACK_SUCCESSFUL", "SUCCESSFUL", arn=bad)
        assert deployment["status"] == "ROLLBACK_SUCCESSFUL"
        moment = time.monotonic()
        wait_until(lambda: sum(load.since(moment).values()) > 20, 10, "the load goes on")
        assert load.since(moment).keys() == {"v2"}
    assert load.failures == []
    assert [d["rolloutState"] for d in watched.service()["deployments"]] == ["COMPLETED"]


def test_an_alarm_that_rings_already_does_not_watch_a_native_deployment(watched):
    watched.ring()
    arn = watched.update("v2", configuration={"bakeTimeInMinutes": 1, "alarms": ALARMS})
    deployment = watched.wait_for_deployment("SUCCESSFUL", "ROLLBACK_SUCCESSFUL", arn=arn)
    assert deployment["status"] == "SUCCESSFUL"
    assert deployment["alarms"] == {"status": "DISABLED", "alarmNames": ["errors", "by-hand"], "triggeredAlarmNames": []}


def test_a_service_names_its_alarms_properly(watched):
    for alarms, text in (({"alarmNames": [], "enable": True, "rollback": True}, "empty"),
                         ({"alarmNames": ["a", "a"], "enable": True, "rollback": True}, "'a'")):
        with pytest.raises(ClientError) as refusal:
            watched.update("v2", configuration={"alarms": alarms})
        assert refusal.value.response["Error"]["Code"] == "InvalidParameterException"
        assert text in refusal.value.response["Error"]["Message"]
    # One that nobody has made does not ring.
    arn = watched.update("v2", configuration={"alarms": {"alarmNames": ["gone"], "enable": True, "rollback": True}})
    assert watched.wait_for_deployment("SUCCESSFUL", "STOPPED", arn=arn)["alarms"]["status"] == "MONITORING_COMPLETE"


def alarm_configuration(*names: str, **more) -> dict:
    return {"enabled": True, "alarms": [{"name": name} for name in names], **more}


def test_codedeploy_stops_and_rolls_back_what_its_alarm_catches(stack):
    stack.codedeploy.create_deployment_config(
        deploymentConfigName="third", computePlatform="ECS",
        trafficRoutingConfig={"type": "TimeBasedCanary", "timeBasedCanary": {"canaryPercentage": 33, "canaryInterval": 60}})
    stack.deployment_group("third", rollback=["DEPLOYMENT_STOP_ON_ALARM"], alarmConfiguration=alarm_configuration("errors", "by-hand"))
    group = stack.codedeploy.get_deployment_group(applicationName="app", deploymentGroupName="group")["deploymentGroupInfo"]
    assert group["alarmConfiguration"] == alarm_configuration("errors", "by-hand")
    with Load(stack.production) as load:
        deployment = stack.deploy(stack.task_definition("sick"))
        info = stack.wait_for(deployment, "Stopped", "Failed", "Succeeded")
        moment = time.monotonic()
        assert stack.live() == "blue"
        stack.rolled_back(deployment)
        wait_until(lambda: sum(load.since(moment).values()) > 20, 10, "the load goes on")
        assert load.since(moment).keys() == {"v1"}
    assert info["status"] == "Stopped"
    assert info["errorInformation"] == {
        "code": "ALARM_ACTIVE",
        "message": "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected "
                   "deployments have been stopped. Activated alarms: <errors>"}
    assert stack.events(deployment)["AllowTraffic"] == "Failed" and stack.events(deployment)["AfterAllowTraffic"] == "Skipped"
    assert lost(load) == []
    wait_until(lambda: stack.task_sets() == {"service": "PRIMARY"}, 30, "only blue is left")


def test_codedeploy_minds_alarms_that_ring_already_or_do_not_exist(stack):
    stack.deployment_group(rollback=["DEPLOYMENT_STOP_ON_ALARM"], alarmConfiguration=alarm_configuration("by-hand"))
    stack.ring()
    info = stack.wait_for(stack.deploy(stack.task_definition("v2")), "Stopped", "Succeeded")
    assert (info["status"], info["errorInformation"]["code"]) == ("Stopped", "ALARM_ACTIVE")
    wait_until(lambda: all(d["status"] not in ("Created", "InProgress") for d in (
        stack.deployment(i) for i in stack.codedeploy.list_deployments()["deployments"])), 60, "the rollback has ended")

    def update(**configuration) -> None:
        stack.codedeploy.update_deployment_group(
            applicationName="app", currentDeploymentGroupName="group", alarmConfiguration=configuration)
    update(**alarm_configuration("gone"))
    info = stack.wait_for(stack.deploy(stack.task_definition("v2")), "Stopped", "Succeeded")
    assert info["status"] == "Stopped" and "<gone>" in info["errorInformation"]["message"]
    update(**alarm_configuration("gone", ignorePollAlarmFailure=True))
    wait_until(lambda: all(d["status"] not in ("Created", "InProgress") for d in (
        stack.deployment(i) for i in stack.codedeploy.list_deployments()["deployments"])), 60, "the rollback has ended")
    assert stack.wait_for(stack.deploy(stack.task_definition("v2")), "Stopped", "Succeeded")["status"] == "Succeeded"
    update(**alarm_configuration("by-hand"))
    deployment = stack.deploy(stack.task_definition("v1"), overrideAlarmConfiguration={"enabled": False})
    assert stack.wait_for(deployment, "Stopped", "Succeeded")["status"] == "Succeeded"
