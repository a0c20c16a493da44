"""The receipt of a deployment holds what the clients and the targets counted, whatever dies in the middle."""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import pytest

import app
from load import Load
from native import Native
from server import BINARY, wait_until

PAUSES = [{"targetType": "PAUSE", "lifecycleStages": ["POST_SCALE_UP", "POST_PRODUCTION_TRAFFIC_SHIFT"]}]


@pytest.fixture
def native(server) -> Native:
    return Native(server)


def fetch(server, deployment: str, query: str = "") -> dict:
    """The page itself."""
    url = f"{server.endpoint}/_teal/deployments/{urllib.parse.quote(deployment, safe='')}/receipt{query}"
    with urllib.request.urlopen(url, timeout=10) as response:
        return json.load(response)


def final(server, deployment: str) -> dict:
    return wait_until(
        lambda: (receipt := fetch(server, deployment))["state"] == "final" and receipt, 60, "the receipt is final")


def side(receipt: dict, role: str) -> dict:
    return next(revision for revision in receipt["revisions"] if revision["role"] == role)


def wait_for_pause(native: Native, arn: str, stage: str) -> str:
    """The hook id of the pause that waits at the stage."""
    def waiting():
        deployment = native.described(arn)
        details = [d for d in deployment.get("lifecycleHookDetails", []) if d["status"] == "AWAITING_ACTION"]
        return deployment.get("lifecycleStage") == stage and details and details[-1]["hookId"]
    return wait_until(waiting, 90, f"the pause at {stage} waits")


def settle() -> None:
    """Until what was carried has been counted: workers and proxy report once a second each."""
    deadline = time.monotonic() + 2.5
    wait_until(lambda: time.monotonic() > deadline, 5, "counters have come in")


def counts(load: Load) -> tuple[int, int]:
    return load.answers["v1"], load.answers["v2"]


def assert_counts(receipt: dict, source: int, target: int) -> None:
    assert (side(receipt, "source")["requests"], side(receipt, "target")["requests"]) == (source, target)
    assert receipt["requests"]["total"] == source + target
    assert receipt["requests"]["failed"] == 0 and receipt["requests"]["unattributed"] == 0
    assert receipt["clean"] and receipt["complete"], receipt["gaps"]


def test_a_canary_counts_every_request_of_each_revision(native):
    """Everything is carried between two pauses, so that nothing happens at the edges of the deployment."""
    configuration = {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 20.0, "canaryBakeTimeInMinutes": 4}}
    arn = native.update("v2", configuration=configuration, hooks=PAUSES)
    hook = wait_for_pause(native, arn, "POST_SCALE_UP")
    with Load(native.production, connections=4) as load:
        native.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook)
        hook = wait_for_pause(native, arn, "POST_PRODUCTION_TRAFFIC_SHIFT")
    assert load.failures == []
    running = fetch(native.server, arn)
    assert running["state"] == "running"
    settle()
    native.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook)
    native.wait_for_deployment("SUCCESSFUL", arn=arn)
    receipt = final(native.server, arn)
    assert_counts(receipt, *counts(load))
    assert [weight["requested"] for weight in receipt["weights"]] == [0, 20, 100]
    before, canary, after = receipt["weights"]
    assert before["target"] == 0 and before["source"] > 0
    assert abs(canary["achieved"] - 20) < 3, canary
    assert after["source"] <= len(load._threads) and after["target"] > 0, "but for what was in flight, all goes to green"
    steps = {step["name"]: step for step in receipt["steps"]}
    assert steps["POST_SCALE_UP"]["waits"][0]["for"] == "an action on the pause"
    bake = [wait for wait in steps["PRODUCTION_TRAFFIC_SHIFT 1/2"]["waits"] if wait["for"] == "the bake time of the step"]
    assert 3.5 < bake[0]["seconds"] < 6, "four minutes at a time scale of 60"
    assert receipt["drained"]["targets"] == 2 and receipt["drained"]["cutRequests"] == 0
    event = next(e["message"] for e in native.service()["events"] if " carried " in e["message"])
    target = side(receipt, "target")["id"]
    assert event == f"(service web) (deployment {target}) {receipt['summary']}"
    assert f"carried {load.total} requests" in event


def test_a_rolling_deployment_tells_its_revisions_apart(server):
    """Both serve behind one target group: only the targets tell them apart."""
    stack = Native(server, "ROLLING", configuration={"bakeTimeInMinutes": 5})
    arn = stack.update("v2", hooks=[{"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"]}])
    hook = wait_for_pause(stack, arn, "PRE_SCALE_UP")
    with Load(stack.production) as load:
        wait_until(lambda: load.answers["v1"] > 50, 30, "v1 has carried something")
        stack.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook)
        stack.wait_for_stage(arn, "BAKE_TIME")
        wait_until(lambda: load.answers["v2"] > 50, 30, "v2 has carried something")
    assert load.failures == []
    stack.wait_for_deployment("SUCCESSFUL", arn=arn)
    receipt = final(server, arn)
    assert receipt["deployment"]["strategy"] == "ROLLING"
    assert_counts(receipt, *counts(load))
    assert all(weight["achieved"] is None for weight in receipt["weights"])


def test_a_linear_codedeploy_deployment(stack):
    stack.codedeploy.create_deployment_config(
        deploymentConfigName="thirds", computePlatform="ECS",
        trafficRoutingConfig={"type": "TimeBasedLinear", "timeBasedLinear": {"linearPercentage": 40, "linearInterval": 3}})
    stack.deployment_group("thirds", ready={"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 60})
    deployment = stack.deploy(stack.task_definition("v2"))
    stack.wait_for(deployment, "Ready")
    with Load(stack.production) as load:
        stack.codedeploy.continue_deployment(deploymentId=deployment, deploymentWaitType="READY_WAIT")
        wait_until(lambda: stack.weights() == {"blue": 0, "green": 100}, 60, "green has everything")
    assert load.failures == []
    stack.wait_for(deployment, "Succeeded")
    receipt = final(stack.server, deployment)
    assert_counts(receipt, *counts(load))
    assert [weight["requested"] for weight in receipt["weights"]] == [0, 40, 80, 100]
    assert all(abs(w["achieved"] - w["requested"]) < 6 for w in receipt["weights"][1:3])
    assert receipt["deployment"]["engine"] == "codedeploy" and receipt["deployment"]["strategy"] == "TimeBasedLinear"
    assert {step["name"] for step in receipt["steps"]} >= {"Install", "Ready", "AllowTraffic"}
    message = next(e["message"] for e in stack.service()["events"] if " carried " in e["message"])
    assert message == f"(service web) (deployment {deployment}) {receipt['summary']}"


def test_a_rolled_back_one_counts_both_ways(native):
    configuration = {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 50.0, "canaryBakeTimeInMinutes": 60}}
    arn = native.update("v2", configuration=configuration, hooks=PAUSES)
    hook = wait_for_pause(native, arn, "POST_SCALE_UP")
    with Load(native.production) as load:
        native.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook)
        wait_until(lambda: set(native.weights().values()) == {50}, 60, "half of the traffic has moved")
        seen = load.answers["v2"]
        wait_until(lambda: load.answers["v2"] > seen + 100, 30, "green has carried something")
        native.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")
        wait_until(lambda: 50 not in native.weights().values(), 30, "blue has everything again")
        seen = load.answers["v1"]
        wait_until(lambda: load.answers["v1"] > seen + 50, 30, "blue has carried something")
    assert load.failures == []
    native.wait_for_deployment("ROLLBACK_SUCCESSFUL", arn=arn)
    receipt = final(native.server, arn)
    assert [weight["requested"] for weight in receipt["weights"]] == [0, 50, 0]
    assert receipt["requests"]["total"] <= load.total
    assert side(receipt, "target")["requests"] == load.answers["v2"]
    assert receipt["clean"]
    assert any(step["name"] == "ROLLBACK PRODUCTION_TRAFFIC_SHIFT" for step in receipt["steps"])
    assert "user request" in receipt["deployment"]["statusReason"]


def test_failures_stand_by_origin(native):
    """The new version answers with what is no HTTP."""
    native.command = lambda version: [sys.executable, str(pathlib.Path(app.__file__)), version]
    arn = native.update("v2", hooks=PAUSES)
    hook = wait_for_pause(native, arn, "POST_SCALE_UP")
    native.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook)
    wait_for_pause(native, arn, "POST_PRODUCTION_TRAFFIC_SHIFT")
    with Load(native.production, path="/garbage", connections=1) as load:
        wait_until(lambda: len(load.failures) >= 5, 30, "five answers were garbage")
    settle()
    receipt = fetch(native.server, arn)
    assert receipt["requests"]["failures"]["loadBalancer502"] == len(load.failures)
    assert side(receipt, "target")["failures"]["loadBalancer502"] == len(load.failures)
    assert side(receipt, "source")["failed"] == 0
    assert not receipt["clean"]


def test_a_killed_server_does_not_falsify_it(native):
    configuration = {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 50.0, "canaryBakeTimeInMinutes": 8}}
    arn = native.update("v2", configuration=configuration, hooks=PAUSES)
    hook = wait_for_pause(native, arn, "POST_SCALE_UP")
    with Load(native.production) as load:
        native.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook)
        wait_until(lambda: set(native.weights().values()) == {50}, 60, "half of the traffic has moved")
        native.server.kill()
        seen = load.total
        wait_until(lambda: load.total > seen + 200, 30, "the proxy goes on alone")
        native.server.start()
        hook = wait_for_pause(native, arn, "POST_PRODUCTION_TRAFFIC_SHIFT")
    assert load.failures == []
    settle()
    native.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook)
    native.wait_for_deployment("SUCCESSFUL", arn=arn)
    assert_counts(final(native.server, arn), *counts(load))


def reported(server) -> bool:
    """Whether the proxy has told the server of a request."""
    with urllib.request.urlopen(f"{server.endpoint}/_teal/metrics") as page:
        return re.search(r"^teal_target_requests_total\{.*\} [1-9]", page.read().decode(), re.MULTILINE) is not None


@pytest.mark.parametrize("server_dies", [False, True])
def test_a_killed_proxy_leaves_a_gap_that_is_told(native, server_dies):
    arn = native.update("v2", hooks=PAUSES)
    hook = wait_for_pause(native, arn, "POST_SCALE_UP")
    with Load(native.production) as load:
        wait_until(lambda: reported(native.server), 30, "the proxy has reported what it carried")
        proxy = int((native.server.data / "proxy.pid").read_text().split()[0])
        if server_dies:
            native.server.kill()
        os.kill(proxy, signal.SIGKILL)
        killed = time.monotonic()
        if server_dies:
            native.server.start()
        wait_until(lambda: load.since(killed + 0.3)["v1"] > 10, 30, "a new proxy serves")
    settle()
    native.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook)
    hook = wait_for_pause(native, arn, "POST_PRODUCTION_TRAFFIC_SHIFT")
    native.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook)
    native.wait_for_deployment("SUCCESSFUL", arn=arn)
    receipt = final(native.server, arn)
    assert not receipt["complete"]
    assert "the proxy was started again" in receipt["gaps"][0]["reason"]
    assert "; incomplete since 20" in receipt["summary"]
    # It knows less than all, and invents nothing.
    assert 0 < receipt["requests"]["total"] <= load.total + 8


def command(server, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [BINARY, *arguments, "--data-dir", server.data], capture_output=True, text=True, timeout=30)


def test_the_command_prints_it(native):
    arn = native.update("v2", hooks=PAUSES)
    hook = wait_for_pause(native, arn, "POST_SCALE_UP")
    running = command(native.server, "receipt", arn)
    assert running.returncode == 0, running.stderr
    assert "still running: what is known so far" in running.stdout
    native.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook)
    hook = wait_for_pause(native, arn, "POST_PRODUCTION_TRAFFIC_SHIFT")
    native.ecs.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook)
    native.wait_for_deployment("SUCCESSFUL", arn=arn)
    final(native.server, arn)
    text = command(native.server, "receipt", arn.split("/")[-1])
    assert text.returncode == 0 and text.stdout.startswith(f"Receipt of {arn.split('/')[-1]} (BLUE_GREEN) of service web\n")
    assert re.search(r"^  PRODUCTION_TRAFFIC_SHIFT 1/1 +\d+\.\d\d s", text.stdout, re.MULTILINE), text.stdout
    document = command(native.server, "receipt", "--json", arn)
    assert json.loads(document.stdout)["deployment"]["arn"] == arn


def test_what_is_wrong_is_named(server):
    unknown = command(server, "receipt", "d-ABCDEFGH1")
    assert unknown.returncode == 1 and unknown.stdout == ""
    assert unknown.stderr == "teal: there is no deployment d-ABCDEFGH1\n"
    other = command(server, "receipt", "arn:aws:ecs:us-east-1:123456789012:service/main/web")
    assert other.returncode == 1 and "is not the ARN of a service deployment" in other.stderr
    assert command(server, "receipt").returncode == 2
    wrong = subprocess.run([BINARY, "receipt", "x", "--endpoint", "nonsense"], capture_output=True, text=True, timeout=30)
    assert wrong.returncode == 2 and "--endpoint takes a URL" in wrong.stderr
    server.terminate()
    away = command(server, "receipt", "d-ABCDEFGH1")
    assert away.returncode == 1 and "no server is ready" in away.stderr
